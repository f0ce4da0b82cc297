import type { Page } from "@playwright/test"
import { testEnvironment } from "../fixtures/environment"
import { expect, test } from "../fixtures/journey"
import { startOwnServer } from "../fixtures/own-server"

const primaryButtons = (page: Page) => page.locator(".button-primary")

test("in production the home page has one primary button and no endpoints", async ({ page }) => {
  await page.goto(testEnvironment().issuer)
  await expect(primaryButtons(page)).toHaveText(["Sign in"])
  await expect(page.getByRole("link", { name: "Create an account" })).toBeVisible()
  await expect(page.getByText("/token")).toHaveCount(0)
})

test("in the demo the home page leads to the tour and lists the endpoints", async ({ page }) => {
  const server = await startOwnServer({ DEMO: "on" })
  await page.goto(server.issuer)
  await expect(primaryButtons(page)).toHaveText(["Take the tour"])
  await expect(page.getByText(`${server.issuer}/token`)).toBeVisible()
  await server.stop()
})

test("the home page, sign-in and sign-up have Open Graph tags, with an image that exists", async ({ page }) => {
  const { issuer } = testEnvironment()
  const titles = { "/": "OAuth Flow", "/sign-in": "Sign in · OAuth Flow", "/sign-up": "Create an account · OAuth Flow" }
  const property = (name: string) => page.locator(`meta[property="og:${name}"]`)
  for (const [path, title] of Object.entries(titles)) {
    await page.goto(`${issuer}${path}`)
    await expect(property("title")).toHaveAttribute("content", title)
    await expect(property("description")).toHaveAttribute("content", /sign-in service/)
    await expect(property("image")).toHaveAttribute("content", `${issuer}/og-image.png`)
  }
  const image = await fetch(`${issuer}/og-image.png`)
  expect(image.headers.get("content-type")).toBe("image/png")
})

test("/favicon.ico is an icon file, and the touch icon is a PNG", async ({ page }) => {
  const { issuer } = testEnvironment()
  const favicon = await fetch(`${issuer}/favicon.ico`)
  expect(favicon.status).toBe(200)
  expect(favicon.headers.get("content-type")).toMatch(/^image\/(x-icon|vnd\.microsoft\.icon)$/)
  // The first bytes of every .ico file, and three images.
  expect([...new Uint8Array(await favicon.arrayBuffer()).subarray(0, 6)]).toEqual([0, 0, 1, 0, 3, 0])
  await page.goto(issuer)
  const touchIcon = await page.locator('link[rel="apple-touch-icon"]').getAttribute("href")
  expect((await fetch(new URL(touchIcon ?? "", issuer))).headers.get("content-type")).toBe("image/png")
})
