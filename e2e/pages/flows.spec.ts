import type { Page } from "@playwright/test"
import { testEnvironment } from "../fixtures/environment"
import { expect, test } from "../fixtures/journey"
import { enterInspector } from "../fixtures/operator"
import { expectAccessible, expectNoSidewaysScroll, watchProblems } from "../fixtures/page-checks"
import { insertUser, makePkce, obtainCode, postForm, readTokens, redeem, registerClient } from "../fixtures/world"

const issuer = () => testEnvironment().issuer

const stepNamed = (page: Page, name: RegExp) => page.getByRole("button", { name })

test("a flow is found in the list, and its diagram shows where it failed and how to fix it", async ({ page }) => {
  const problems = watchProblems(page)
  const client = await registerClient({ clientName: "Holiday planner" })
  const user = await insertUser()
  await redeem(client, { code: (await obtainCode(client, user)).code, ...makePkce() })
  await enterInspector(page)
  await page.goto(`${issuer()}/flows?client=${client.clientId}&outcome=refused`)
  const row = page.getByRole("link", { name: /Holiday planner/ })
  await expect(row).toContainText(user.email)
  await expect(row).toContainText("In progress")
  await expect(row).toContainText("1 refused request: code verifier mismatch")
  await expectNoSidewaysScroll(page)
  await expectAccessible(page)

  await row.click()
  await expect(page.getByRole("heading", { level: 1, name: "Holiday planner" })).toBeVisible()
  await page.setViewportSize({ width: 1280, height: 800 })
  const opened = page.getByRole("complementary", { name: "The opened step" })
  await expect(opened.getByRole("heading", { name: "Verifies code verifier with code challenge" })).toBeVisible()
  await expect(opened).toContainText("invalid_grant")
  await expect(opened).toContainText("is not equal to")
  await stepNamed(page, /Client to Token Issue Service: Provides auth code/).click()
  await expect(opened.getByRole("heading", { name: "Provides auth code and code verifier" })).toBeVisible()
  await page.keyboard.press("ArrowDown")
  await page.keyboard.press("Enter")
  await expect(opened.getByRole("heading", { name: "Retrieves auth code and code challenge" })).toBeVisible()
  await expectNoSidewaysScroll(page)
  await expectAccessible(page)
  expect(problems).toEqual([])
})

test("a flow and the list grow while their pages are open", async ({ page, context }) => {
  const problems = watchProblems(page)
  await enterInspector(page)
  const client = await registerClient({ clientName: "Watched" })
  await page.goto(`${issuer()}/flows?client=${client.clientId}`)
  await expect(page.getByRole("heading", { name: "No such flow" })).toBeVisible()
  await expect(page.getByText("Live", { exact: true })).toBeVisible()
  const code = await obtainCode(client, await insertUser())
  await page.getByRole("link", { name: /Watched/ }).click()

  const list = await context.newPage()
  await list.goto(`${issuer()}/flows?client=${client.clientId}`)
  await expect(stepNamed(page, /Returns auth code to client/)).toBeVisible()
  await expect(page.getByText("Live", { exact: true })).toBeVisible()
  const tokens = await readTokens(await redeem(client, code))
  await expect(stepNamed(page, /^16\. Token Issue Service to Client/)).toBeVisible()
  await postForm("/revoke", client, { token: tokens.refresh_token })
  await expect(stepNamed(page, /Revocation Service to Client/)).toBeVisible()
  await expect(list.getByRole("link", { name: /Watched/ })).toContainText("Revoked")
  expect(problems).toEqual([])
})

test("a browser without access gets one page that says how to get access, whether or not a flow exists", async ({
  page,
}) => {
  expect((await page.goto(`${issuer()}/flows`))?.status()).toBe(404)
  await enterInspector(page)
  expect((await page.goto(`${issuer()}/flows/no-such-flow`))?.status()).toBe(404)
  await expect(page.getByRole("heading", { level: 1, name: "Flow not found" })).toBeVisible()
  await expectNoSidewaysScroll(page)
  await expectAccessible(page)
})
