import type { BrowserContext, Page } from "@playwright/test"
import { registerClient } from "@/lib/clients/registration"
import { findClient } from "@/lib/data/clients"
import { testEnvironment } from "../fixtures/environment"
import { expect, test } from "../fixtures/journey"
import { startOwnServer } from "../fixtures/own-server"
import { expectAccessible, expectNoSidewaysScroll, watchProblems } from "../fixtures/page-checks"
import { allow, deny, haveSignedIn, signIn } from "../fixtures/people"
import type { TestServer } from "../fixtures/server"
import { rememberTraffic } from "../fixtures/traffic"
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
  await page.setViewportSize({ width: 1440, height: 900 })
})

const press = (page: Page, name: string) => page.getByRole("button", { name, exact: true }).click()
const breakIt = (page: Page, name: string) => page.getByRole("button", { name: new RegExp(`^${name}`) }).click()
const scene = (page: Page, title: string) =>
  page.getByRole("article").filter({ has: page.getByRole("heading", { name: title }) })
const step = (page: Page, name: RegExp) => page.getByRole("button", { name })

async function openTour(page: Page): Promise<void> {
  await page.goto(`${server.issuer}/`)
  await page.getByRole("link", { name: "Take the tour" }).click()
  await expect(page.getByRole("heading", { level: 1, name: "Watch a sign-in happen" })).toBeVisible()
}

/** A browser in which somebody is signed in. They still have to allow the tour's client. */
async function openTourSignedIn(page: Page, context: BrowserContext): Promise<void> {
  const user = await insertUser({ name: "Ada Lovelace" })
  await haveSignedIn(context, user, server.issuer)
  // Nothing draws itself, so nothing has to be waited for.
  await page.emulateMedia({ reducedMotion: "reduce" })
  await openTour(page)
}

test("the tour plays all four flows scene by scene, and the server's steps draw themselves beside each", async ({
  page,
}) => {
  const problems = watchProblems(page)
  await openTour(page)
  await test.step("Authorization", async () => {
    await press(page, "Make the secret")
    await expect(scene(page, "Make a secret for this sign-in")).toContainText("code_verifier, which stays here")
    await expect(step(page, /Client/)).toHaveCount(0)
    await press(page, "Go and sign in")
    await signIn(page, await insertUser({ name: "Ada Lovelace" }))
    await allow(page)
    await expect(step(page, /^10\. Authorization Service to Client: Returns auth code to client/)).toBeVisible()
    await expect(step(page, /^5\. Authentication Service: Verifies user-supplied credentials/)).toBeVisible()
    expect(page.url()).toBe(`${server.issuer}/playground`)
    await press(page, "Redeem the code")
    await expect(step(page, /^16\. Token Issue Service to Client/)).toBeVisible()
    await expect(scene(page, "Trade the code for tokens")).toContainText("Done")
  })
  await test.step("Introspection", async () => {
    await press(page, "Introspect the token")
    await expect(step(page, /^5\. Introspection Service to Client: Returns user information/)).toBeVisible()
    const asked = scene(page, "Ask what the access token is worth")
    await asked.getByText("What went over the wire").click()
    await expect(asked.getByText('"Ada Lovelace"')).toBeVisible()
  })
  await test.step("Refresh", async () => {
    await press(page, "Refresh the tokens")
    await expect(step(page, /^6\. Refresh Service to Client/)).toBeVisible()
  })
  await test.step("a reload keeps what was done and what was drawn, and uses no answer again", async () => {
    await page.reload()
    await expect(step(page, /^6\. Refresh Service to Client/)).toBeVisible()
    await expect(scene(page, "Renew the tokens")).toBeVisible()
  })
  await test.step("an arrow opens by keyboard to what it carried, and the arrow keys lead on", async () => {
    await step(page, /^13\. Token Issue Service: Verifies code verifier/).focus()
    await page.keyboard.press("Enter")
    await expect(page.getByText("Match: the party redeeming the code is the one that asked for it.")).toBeVisible()
    await page.keyboard.press("ArrowDown")
    await expect(step(page, /^14\. /)).toBeFocused()
  })
  await test.step("the page holds up with all this on it", async () => {
    expect(problems).toEqual([])
    await expectNoSidewaysScroll(page)
    await expectAccessible(page)
  })
  await test.step("Revocation", async () => {
    await press(page, "Revoke the tokens")
    await expect(step(page, /^5\. Revocation Service to Client/)).toBeVisible()
    await press(page, "Introspect the token")
    await expect(page.getByText("401 invalid_token", { exact: true })).toBeVisible()
    await expect(step(page, /^3\. Introspection Service: Validates token.*Failed/)).toBeVisible()
    await expect(page.getByRole("heading", { name: "That is the whole life of a sign-in" })).toBeVisible()
  })
})

test("run all goes through the tour by itself, over the journey to the server, until it is paused", async ({
  page,
  context,
}) => {
  await openTourSignedIn(page, context)
  await press(page, "Run all")
  await allow(page)
  const end = page.getByRole("heading", { name: "That is the whole life of a sign-in" })
  await expect(end).toBeVisible({ timeout: 40_000 })
  await expect(page.getByRole("article")).toHaveCount(7)
  await press(page, "Start again")
  await press(page, "Run all")
  await press(page, "Pause")
  await expect(page.getByRole("button", { name: "Run all" })).toBeVisible()
})

const refusals = [
  { label: "Change the verifier", title: "Be the thief", says: "400 invalid_grant", reason: "code_verifier_mismatch" },
  { label: "Replay the code", title: "Send the code a second", says: "400 invalid_grant", reason: "code_replayed" },
  {
    label: "Use an old refresh token",
    title: "Use an old",
    says: "400 invalid_grant",
    reason: "refresh_token_replayed",
  },
  { label: "Revoke in the middle", title: "Ask what", says: "401 invalid_token", reason: "access_token_revoked" },
]

for (const { label, title, says, reason } of refusals) {
  test(`${label}: the server refuses, and the arrow that failed says why`, async ({ page, context }) => {
    await openTourSignedIn(page, context)
    await breakIt(page, label)
    await allow(page)
    await expect(scene(page, title)).toContainText(says)
    await expect(page.getByText(reason, { exact: true })).toBeVisible()
    if (reason === "code_verifier_mismatch") {
      await expect(page.getByText("is not equal to")).toBeVisible()
      await press(page, "Redeem the code")
      await expect(scene(page, "Trade the code for tokens")).toContainText("Done")
      return
    }
    if (reason === "access_token_revoked") {
      await press(page, "Refresh the tokens")
      await expect(scene(page, "Renew the tokens")).toContainText("400 invalid_grant")
    } else {
      await press(page, "Introspect the token")
      await expect(scene(page, "Ask what the access token is worth")).toContainText("401 invalid_token")
    }
    await expect(page.getByRole("heading", { name: "Nothing more can come of it" })).toBeVisible()
  })
}

test("Change the redirect URI: refused with and without a code, and each time the true client loses nothing", async ({
  page,
  context,
}) => {
  await openTourSignedIn(page, context)
  await breakIt(page, "Change the redirect URI")
  await expect(page.getByText("redirect_uri_unregistered", { exact: true })).toBeVisible()
  await expect(scene(page, "Ask for the code at another address")).toContainText("400")
  await expectNoSidewaysScroll(page)
  await expectAccessible(page)
  await page.setViewportSize({ width: 1440, height: 900 })
  await press(page, "Start again")
  await press(page, "Make the secret")
  await press(page, "Go and sign in")
  await allow(page)
  await expect(scene(page, "Send the browser to the server")).toContainText("Done")
  await expect(page.getByRole("button", { name: "Redeem the code" })).toBeFocused()
  await breakIt(page, "Change the redirect URI")
  await expect(page.getByText("redirect_uri_mismatch", { exact: true })).toBeVisible()
  await press(page, "Redeem the code")
  await expect(scene(page, "Trade the code for tokens")).toContainText("Done")
})

test("a break that is refused for another reason says so, and a scene that was broken off can be played again", async ({
  page,
  context,
}) => {
  const impatient = await startOwnServer({ DEMO: "on", AUTH_CODE_SECONDS: "1" })
  rememberTraffic(context, [impatient.issuer])
  await haveSignedIn(context, await insertUser(), impatient.issuer)
  await page.goto(`${impatient.issuer}/playground`)
  await page.route("**/.well-known/**", (route) => route.abort())
  await press(page, "Make the secret")
  await expect(scene(page, "Make a secret")).toContainText("No answer came")
  await page.unroute("**/.well-known/**")
  await press(page, "Make the secret")
  await press(page, "Go and sign in")
  await allow(page)
  const redeem = page.getByRole("button", { name: "Redeem the code" })
  await expect(redeem).toBeVisible()
  // The code's second is over.
  await expect
    .poll(async () => {
      await breakIt(page, "Change the verifier")
      await expect(redeem).not.toHaveAttribute("aria-disabled", "true")
      const told = scene(page, "Be the thief")
        .last()
        .getByText(/why PKCE is there|another reason/)
      await told.waitFor()
      return told.textContent()
    })
    .toContain("for another reason than the one to be shown here: Code expired")
  await impatient.stop()
})

test("on a phone each scene is followed by its steps as text", async ({ page, context }) => {
  await page.setViewportSize({ width: 390, height: 844 })
  await openTourSignedIn(page, context)
  await breakIt(page, "Change the verifier")
  await allow(page)
  const failed = step(page, /^13\. .*Failed: Code verifier does not match/)
  await expect(failed).toBeVisible()
  await expect(failed).toContainText("Failed: Code verifier does not match")
  await expect(page.getByText("No match: this is not the party that asked for the code")).toBeVisible()
  await expect(scene(page, "Be the thief").getByText("That is why PKCE is there.")).toBeInViewport()
})

test("a refusal by the person, and a way back without an answer, are shown for what they are", async ({ page }) => {
  await openTour(page)
  await press(page, "Make the secret")
  await press(page, "Go and sign in")
  await expect(page.getByRole("heading", { level: 1, name: "Sign in" })).toBeVisible()
  await page.goBack()
  await press(page, "Go and sign in")
  await signIn(page, await insertUser())
  await deny(page)
  await expect(scene(page, "Send the browser to the server")).toContainText("access_denied")
  await expect(step(page, /Failed: user denied/)).toBeVisible()
  await expect(page.getByRole("heading", { name: "Nothing more can come of it" })).toBeVisible()
  await expect(page.getByRole("button", { name: "Start again" })).toBeEnabled()
})

test("an answer that this tab did not ask for is left alone - RFC 9700 4.7", async ({ page }) => {
  await page.goto(`${server.issuer}/playground?code=planted&state=planted`)
  await expect(page.getByText("An answer came that this tab waits for no longer")).toBeVisible()
  expect(page.url()).toBe(`${server.issuer}/playground`)
  await expect(page.getByRole("button", { name: "Make the secret" })).toBeEnabled()
})

test("what another version of the tour has left in the tab is no obstacle", async ({ page }) => {
  await page.goto(`${server.issuer}/playground`)
  await page.evaluate(() => {
    const played = [{ id: 1, name: "a scene of old", outcome: "done", exchanges: [] }]
    sessionStorage.setItem("oauth-flow-tour", JSON.stringify({ played }))
  })
  await page.reload()
  await press(page, "Make the secret")
  await expect(scene(page, "Make a secret for this sign-in")).toBeVisible()
})

test("the empty tour: axe finds nothing, nothing scrolls sideways, and its policy is as strict as any page's", async ({
  page,
}) => {
  const problems = watchProblems(page)
  const response = await page.goto(`${server.issuer}/playground`)
  await expect(page.getByRole("button", { name: "Make the secret" })).toBeVisible()
  const policy = response?.headers()["content-security-policy"] ?? ""
  expect(policy).toContain("frame-ancestors 'none'")
  expect(policy).toContain("form-action 'self'")
  expect(policy).not.toContain("unsafe")
  expect(response?.headers()["cache-control"]).toContain("no-store")
  await expectNoSidewaysScroll(page)
  await expectAccessible(page)
  expect(problems).toEqual([])
})

test("where the flow inspector is not open, the tour shows the client's side, and tells no flow's id", async ({
  page,
}) => {
  const closed = await startOwnServer({ DEMO: "on", FLOW_INSPECTOR: "off" })
  await page.goto(`${closed.issuer}/playground`)
  await press(page, "Make the secret")
  await expect(page.getByText("The flow inspector is not open")).toBeVisible()
  await expect(scene(page, "Make a secret for this sign-in")).toBeVisible()
  expect((await page.request.get(`${closed.issuer}/playground/flow?code_challenge=x`)).status()).toBe(404)
  await closed.stop()
})

test("a server that is no demo has no playground", async ({ page }) => {
  const { issuer } = testEnvironment()
  expect((await page.goto(`${issuer}/playground`))?.status()).toBe(404)
  expect((await page.request.get(`${issuer}/playground/flow?code_challenge=x`)).status()).toBe(404)
  await page.goto(`${issuer}/`)
  await expect(page.getByText("tour")).toHaveCount(0)
})
