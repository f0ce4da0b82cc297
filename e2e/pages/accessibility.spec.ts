import { expect, test } from "../fixtures/journey"
import { expectAccessible, expectNoSidewaysScroll, watchProblems } from "../fixtures/page-checks"
import { visits } from "../fixtures/visits"

for (const { name, open } of visits) {
  test(`${name}: axe finds nothing, nothing scrolls sideways, the console stays empty`, async ({ page, site }) => {
    const problems = watchProblems(page)
    await open(page, site)
    await expectNoSidewaysScroll(page)
    await expectAccessible(page)
    expect(problems).toEqual([])
  })
}

test("focus is visible on every control, in the order of the page", async ({ page, site }) => {
  const consent = visits.find(({ name }) => name === "consent")
  await consent?.open(page, site)
  const order: string[] = []
  for (let i = 0; i < 3; i++) {
    await page.keyboard.press("Tab")
    const focused = page.locator(":focus")
    order.push((await focused.textContent()) ?? "")
    expect(await focused.evaluate((element) => getComputedStyle(element).outlineStyle)).toBe("solid")
  }
  expect(order).toEqual(["Allow", "Deny", "Sign in with another account"])
})
