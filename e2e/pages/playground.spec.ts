import type { Page } from "@playwright/test"
import { registerClient } from "@/lib/clients/registration"
import { findClient } from "@/lib/data/clients"
import { testEnvironment } from "../fixtures/environment"
import { expect, test } from "../fixtures/journey"
import { startOwnServer } from "../fixtures/own-server"
import { allow, deny, signIn } from "../fixtures/people"
import type { TestServer } from "../fixtures/server"
import { rememberTraffic } from "../fixtures/traffic"
import { expectAccessible, expectNoSidewaysScroll, watchProblems } from "../fixtures/watch"
import { insertUser } from "../fixtures/world"

let server: TestServer

test.beforeAll(async () => {
  server = await startOwnServer({ DEMO: "on" })
  if (await findClient("playground")) return
  await registerClient(
    {
      clientName: "Playground",
      redirectUris: ["http://localhost/playground"],
      tokenEndpointAuthMethod: "none",
      scope: "openid profile email offline_access",
    },
    "playground",
  )
})
test.afterAll(() => server?.stop())

test.beforeEach(async ({ context, page }) => {
  rememberTraffic(context, [server.issuer])
  await page.goto(`${server.issuer}/`)
  await page.getByRole("link", { name: "Open the playground" }).click()
})

const press = (page: Page, name: string) => page.getByRole("button", { name, exact: true }).click()

/** The newest card of the list, which must be the one with this heading. */
function newest(page: Page, heading: string) {
  const card = page.getByRole("region", { name: "Requests and answers" }).locator("> ol > li").last()
  return { card, expectTop: () => expect(card.getByRole("heading", { level: 2 })).toHaveText(heading) }
}

test("all four flows run by hand, and each answer is shown", async ({ page }) => {
  const problems = watchProblems(page)
  const user = await insertUser({ name: "Ada Lovelace" })
  await expect(page.getByRole("heading", { name: "Begin with Authorize" })).toBeVisible()
  for (const name of ["Introspect", "UserInfo", "Refresh", "Revoke"]) {
    await expect(page.getByRole("button", { name, exact: true })).toBeDisabled()
  }

  await test.step("Authorization", async () => {
    await press(page, "Authorize")
    await signIn(page, user)
    await allow(page)
    const { card, expectTop } = newest(page, "Checks the ID token's signature")
    await expectTop()
    await expect(card.getByText("200", { exact: true })).toBeVisible()
    expect(page.url()).toBe(`${server.issuer}/playground`)
    await expect(page.getByText("held")).toBeVisible()
  })
  await test.step("Introspection", async () => {
    await press(page, "Introspect")
    const { card, expectTop } = newest(page, "Asks what the access token stands for")
    await expectTop()
    await expect(card.getByText('"Ada Lovelace"')).toBeVisible()
    await press(page, "UserInfo")
    await newest(page, "Asks for the claims about the user").expectTop()
  })
  await test.step("Refresh", async () => {
    await press(page, "Refresh")
    const { card, expectTop } = newest(page, "Exchanges the refresh token for a new pair")
    await expectTop()
    await expect(card.getByText("200", { exact: true })).toBeVisible()
  })
  await test.step("a reload keeps what was shown, and uses no answer again", async () => {
    await page.reload()
    await newest(page, "Exchanges the refresh token for a new pair").expectTop()
  })
  await test.step("the page holds up with all this on it", async () => {
    expect(problems).toEqual([])
    await expectNoSidewaysScroll(page)
    await expectAccessible(page)
  })
  await test.step("Revocation", async () => {
    await press(page, "Revoke")
    await newest(page, "Revokes the tokens").expectTop()
    await expect(page.getByText("revoked", { exact: true })).toHaveCount(2)
    await press(page, "Introspect")
    const { card, expectTop } = newest(page, "Asks what the access token stands for")
    await expectTop()
    await expect(card.getByText("401", { exact: true })).toBeVisible()
    await press(page, "Refresh")
    await expect(
      newest(page, "Exchanges the refresh token for a new pair").card.getByText("invalid_grant"),
    ).toBeVisible()
  })
})

test("a refusal is shown for what it is", async ({ page }) => {
  await press(page, "Authorize")
  await signIn(page, await insertUser())
  await deny(page)
  const { card, expectTop } = newest(page, "Takes the answer from the browser's address")
  await expectTop()
  await expect(card.getByText("The server answers with an error: access_denied.")).toBeVisible()
  await expect(page.getByRole("button", { name: "Authorize" })).toBeEnabled()
})

test("an answer that this tab did not ask for is left alone - RFC 9700 4.7", async ({ page }) => {
  await page.goto(`${server.issuer}/playground?code=planted&state=planted`)
  await expect(page.getByText("This tab waits for no answer")).toBeVisible()
  expect(page.url()).toBe(`${server.issuer}/playground`)
  await expect(page.getByText("none")).toHaveCount(2)
})

test("the empty playground: axe finds nothing, nothing scrolls sideways, and its policy is as strict as any page's", async ({
  page,
}) => {
  const problems = watchProblems(page)
  const response = await page.reload()
  const policy = response?.headers()["content-security-policy"] ?? ""
  expect(policy).toContain("frame-ancestors 'none'")
  expect(policy).toContain("form-action 'self'")
  expect(policy).not.toContain("unsafe")
  expect(response?.headers()["cache-control"]).toContain("no-store")
  await expectNoSidewaysScroll(page)
  await expectAccessible(page)
  expect(problems).toEqual([])
})

test("a server that is no demo has no playground", async ({ page }) => {
  const response = await page.goto(`${testEnvironment().issuer}/playground`)
  expect(response?.status()).toBe(404)
  await page.goto(`${testEnvironment().issuer}/`)
  await expect(page.getByText("Playground")).toHaveCount(0)
})
