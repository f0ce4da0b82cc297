import type { BrowserContext, Locator, Page } from "@playwright/test"
import type { ClientMetadata } from "@/lib/clients/metadata"
import { changeClient, registerClient } from "@/lib/clients/registration"
import { addConsent } from "@/lib/data/consents"
import { testEnvironment } from "../fixtures/environment"
import { expect, test } from "../fixtures/journey"
import { startOwnServer } from "../fixtures/own-server"
import { expectAccessible, expectNoSidewaysScroll, watchProblems } from "../fixtures/page-checks"
import { addBrowserSession, allow, deny, signIn } from "../fixtures/people"
import { changeAuthCode } from "../fixtures/rows"
import { remember } from "../fixtures/secrets"
import type { TestServer } from "../fixtures/server"
import { rememberTraffic } from "../fixtures/traffic"
import { insertUser } from "../fixtures/world"

let server: TestServer
const scope = ["openid", "profile", "email", "offline_access"]
const desktop = { width: 1280, height: 800 }
const phone = { width: 390, height: 844 }

// Without motion there is nothing to wait for. The first test turns it on.
test.use({ viewport: desktop, contextOptions: { reducedMotion: "reduce" } })

test.beforeAll(async () => {
  server = await startOwnServer({ DEMO: "on" })
  // The exact address, port included, as in the demo: a client with it need not be allowed again.
  const metadata: ClientMetadata = {
    clientName: "Playground",
    redirectUris: [`${server.issuer}/playground`],
    tokenEndpointAuthMethod: "none",
    scope: scope.join(" "),
  }
  if (!(await changeClient("playground", metadata))) await registerClient(metadata, "playground")
})
test.afterAll(() => server?.stop())

test.beforeEach(({ context }) => {
  rememberTraffic(context, [server.issuer])
})

const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true })
const press = (page: Page, name: string) => button(page, name).click()
const scene = (page: Page, title: string) =>
  page.getByRole("article").filter({ has: page.getByRole("heading", { name: title }) })
const step = (page: Page, name: RegExp) => page.getByRole("button", { name })
const challengeLink = (page: Page) => page.getByRole("region", { name: "The challenge, sent and compared" })
const breakMenu = (page: Page) => page.getByRole("region", { name: "Break it on purpose" })
const nextAction = (page: Page) => page.getByRole("region", { name: "Next action" }).getByRole("button").first()

async function breakIt(page: Page, label: string): Promise<void> {
  await expect(nextAction(page)).toHaveAttribute("aria-disabled", "false")
  await press(page, "Break it")
  await breakMenu(page)
    .getByRole("button", { name: new RegExp(`^${label}`) })
    .click()
}

async function openTour(page: Page): Promise<void> {
  await page.goto(`${server.issuer}/playground`)
  await expect(nextAction(page)).toHaveAttribute("aria-disabled", "false")
}

/** Opens the tour in a browser in which a user is signed in, who has allowed the tour's client or still has to. */
async function openTourSignedIn(page: Page, context: BrowserContext, hasAllowed = true): Promise<void> {
  const user = await insertUser({ name: "Ada Lovelace" })
  await addBrowserSession(context, user, server.issuer)
  const consent = { userId: user.id, clientId: "playground", scope, resource: [], grantedAt: new Date() }
  if (hasAllowed) await addConsent(consent, {})
  await openTour(page)
}

/** Presses Tab until the element has the focus. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  await target.waitFor()
  for (let presses = 0; presses < 80; presses++) {
    if (await target.evaluate((element) => element === document.activeElement)) return
    await page.keyboard.press("Tab")
  }
  await expect(target).toBeFocused()
}

test("the tour plays all four flows scene by scene, and the server's steps draw themselves beside each", async ({
  page,
}) => {
  const problems = watchProblems(page)
  await page.emulateMedia({ reducedMotion: "no-preference" })
  await page.goto(`${server.issuer}/`)
  await page.getByRole("link", { name: "Take the tour" }).click()
  await expect(page.getByRole("heading", { level: 1, name: "Watch a sign-in happen" })).toBeVisible()
  await test.step("Authorization", async () => {
    await press(page, "Make the secret")
    await expect(scene(page, "Make a secret for this sign-in")).toContainText("code_verifier (kept for now)")
    await expect(step(page, /Client/)).toHaveCount(0)
    await press(page, "Go and sign in")
    await signIn(page, await insertUser({ name: "Ada Lovelace" }))
    await allow(page)
    const back = scene(page, "Send the browser to the server")
    await expect(back).toContainText("/playground?code=")
    expect(page.url()).toBe(`${server.issuer}/playground`)
    await expect(back).toContainText("state A random value from the client's request.")
    await expect(back).toContainText("iss The issuer: which server answered.")
    await expect(step(page, /^10\. Authorization Service to Client: Returns auth code to client/)).toBeVisible()
    await expect(step(page, /^5\. Authentication Service: Verifies user-supplied credentials/)).toBeVisible()
    await expect(back).toContainText("Removed, so a reload can't use it again.")
    await expect(back).not.toContainText("?code=")
    await press(page, "Show it again")
    await expect(back).toContainText("?code=")
    await page.emulateMedia({ reducedMotion: "reduce" })
    await press(page, "Redeem the code")
    await expect(step(page, /^16\. Token Issue Service to Client/)).toBeVisible()
    const redeemed = scene(page, "Exchange the code for tokens")
    await expect(redeemed).toContainText("Done")
    await expect(redeemed).toContainText("Access token Gives the client access to an API")
    await expect(redeemed).toContainText("Refresh token Gets the client new tokens")
  })
  await test.step("the challenge of step 2 is linked with the one compared in step 13", async () => {
    const sent = page.getByText("Step 13 will compare this challenge:").locator("..").getByRole("button")
    await expect(challengeLink(page)).toContainText("Same value, so it's the same client.")
    const shown = [sent, ...(await challengeLink(page).getByRole("button").all())]
    const values = await Promise.all(
      shown.map((print) => print.evaluate(({ textContent, className }) => `${textContent} ${className}`)),
    )
    expect(values).toHaveLength(3)
    expect(new Set(values).size).toBe(1)
    const dot = challengeLink(page).locator(".print-dot").first()
    const colour = await dot.evaluate((element) => getComputedStyle(element).backgroundColor)
    await expect(challengeLink(page).locator(".border-t-4").first()).toHaveCSS("border-top-color", colour)
  })
  await test.step("Introspection", async () => {
    await press(page, "Introspect the token")
    await expect(step(page, /^5\. Introspection Service to Client: Returns user information/)).toBeVisible()
    const checked = scene(page, "Check whether the access token is valid")
    await checked.getByText("What went over the wire").click()
    await expect(checked.getByText('"Ada Lovelace"')).toBeVisible()
  })
  await test.step("Refresh", async () => {
    await press(page, "Refresh the tokens")
    await expect(step(page, /^6\. Refresh Service to Client/)).toBeVisible()
  })
  await test.step("a reload keeps the scenes and the drawn steps, and uses no response again", async () => {
    await page.reload()
    await expect(step(page, /^6\. Refresh Service to Client/)).toBeVisible()
    await expect(scene(page, "Renew the tokens")).toBeVisible()
  })
  await test.step("a step opens by keyboard, and the arrow keys lead to the next", async () => {
    await step(page, /^13\. Token Issue Service: Verifies code verifier/).focus()
    await page.keyboard.press("Enter")
    await expect(page.getByText("Match: the party redeeming the code is the one that asked for it.")).toBeVisible()
    await page.keyboard.press("ArrowDown")
    await expect(step(page, /^14\. /)).toBeFocused()
  })
  await test.step("in the middle: axe finds nothing, nothing scrolls sideways, the console stays empty", async () => {
    expect(problems).toEqual([])
    await expectNoSidewaysScroll(page)
    await expectAccessible(page)
    await page.setViewportSize(desktop)
  })
  await test.step("Revocation", async () => {
    await press(page, "Revoke the tokens")
    await expect(step(page, /^5\. Revocation Service to Client/)).toBeVisible()
    await press(page, "Introspect the token")
    await expect(page.getByText("401 invalid_token", { exact: true })).toBeVisible()
    await expect(step(page, /^3\. Introspection Service: Validates token.*Failed/)).toBeVisible()
    await expect(page.getByRole("heading", { name: "That's the whole life of a sign-in" })).toBeVisible()
  })
  await test.step("at the end: axe finds nothing", () => expectAccessible(page))
})

for (const viewport of [desktop, phone]) {
  test(`the keyboard alone completes the tour, a break and the simulation at ${viewport.width} x ${viewport.height}`, async ({
    page,
  }) => {
    await page.setViewportSize(viewport)
    const user = await insertUser({ name: "Ada Lovelace" })
    const next = async (name: string) => {
      await expect(button(page, name)).toBeFocused()
      await expect(button(page, name)).toHaveAttribute("aria-disabled", "false")
      await page.keyboard.press("Enter")
    }
    const choose = async (label: RegExp) => {
      await tabTo(page, button(page, "Break it"))
      await page.keyboard.press("Enter")
      await tabTo(page, breakMenu(page).getByRole("button", { name: label }))
      await page.keyboard.press("Enter")
    }
    const expectControlsInView = async () => {
      for (const control of await page.getByRole("region", { name: "Next action" }).getByRole("button").all()) {
        await expect(control).toBeInViewport({ ratio: 1 })
      }
    }

    await test.step("the tour", async () => {
      await openTour(page)
      await tabTo(page, nextAction(page))
      await next("Make the secret")
      await next("Go and sign in")
      await tabTo(page, page.getByLabel("Email"))
      await page.keyboard.type(user.email)
      await tabTo(page, page.getByLabel("Password", { exact: true }))
      await page.keyboard.type(remember(user.password))
      await page.keyboard.press("Enter")
      await tabTo(page, page.getByRole("button", { name: "Allow" }))
      await page.keyboard.press("Enter")
      await next("Redeem the code")
      await next("Introspect the token")
      await next("Refresh the tokens")
      await next("Revoke the tokens")
      await next("Introspect the token")
      await expect(page.getByRole("heading", { name: "That's the whole life of a sign-in" })).toBeVisible()
      await expectControlsInView()
    })
    await test.step("back to a finished scene by the stepper", async () => {
      await tabTo(page, button(page, "Secret: done"))
      await page.keyboard.press("Enter")
      await expect(scene(page, "Make a secret for this sign-in")).toBeFocused()
      await expect(scene(page, "Make a secret for this sign-in").getByRole("heading")).toBeInViewport({ ratio: 1 })
    })
    await test.step("a break: its explanation and every control are in view", async () => {
      await choose(/^Change the verifier/)
      await expect(step(page, /^13\. .*Failed: Code verifier does not match/)).toHaveAttribute("aria-pressed", "true")
      await expect(scene(page, "Be the thief").getByText("This is what PKCE is for.")).toBeInViewport({ ratio: 1 })
      await expectControlsInView()
    })
    await test.step("the simulation", async () => {
      await choose(/^See it without PKCE/)
      const simulation = page.getByRole("dialog", { name: "The same theft without PKCE" })
      await expect(simulation).toContainText("Simulation: nothing is sent")
      for (let stage = 1; stage < 4; stage++) {
        await expect(button(page, "Continue")).toBeFocused()
        await page.keyboard.press("Enter")
      }
      await expect(simulation).toContainText("The thief is signed in as Ada")
      await expect(button(page, "Try it with PKCE")).toBeInViewport({ ratio: 1 })
      await page.keyboard.press("Escape")
      await expect(simulation).toBeHidden()
      await expect(button(page, "Break it")).toBeFocused()
    })
  })
}

test("run all goes through the tour by itself, over the sign-in at the server, until it is paused", async ({
  page,
  context,
}) => {
  await openTourSignedIn(page, context, false)
  await press(page, "Run all")
  await allow(page)
  await expect(page.getByRole("heading", { name: "That's the whole life of a sign-in" })).toBeVisible()
  await expect(page.getByRole("article")).toHaveCount(7)
  await press(page, "Start over")
  await press(page, "Run all")
  await press(page, "Pause")
  await expect(button(page, "Run all")).toBeVisible()
})

test("a stolen code and a replayed one are refused, and the failed step has the reason", async ({ page, context }) => {
  await openTourSignedIn(page, context)
  await test.step("Change the verifier", async () => {
    await breakIt(page, "Change the verifier")
    await expect(scene(page, "Be the thief")).toContainText("400 invalid_grant")
    await expect(page.getByText("code_verifier_mismatch", { exact: true })).toBeVisible()
    await expect(page.getByText("is not equal to")).toBeVisible()
    await expect(challengeLink(page)).toContainText("Different, so it isn't the same client.")
  })
  await test.step("after a break: axe finds nothing, nothing scrolls sideways", async () => {
    await press(page, "Break it")
    await expectNoSidewaysScroll(page)
    await expectAccessible(page)
    await page.setViewportSize(desktop)
    await page.keyboard.press("Escape")
  })
  await test.step("the simulation sends nothing, axe finds nothing in it, and it leads to the real attempt", async () => {
    const requests: string[] = []
    page.on("request", (request) => requests.push(request.url()))
    await press(page, "See it without PKCE")
    for (let stage = 1; stage < 4; stage++) await press(page, "Continue")
    await expect(page.getByText("The thief gets the tokens")).toBeVisible()
    await expectAccessible(page)
    await page.setViewportSize(desktop)
    expect(requests).toEqual([])
    await press(page, "Try it with PKCE")
    await expect(scene(page, "Be the thief")).toHaveCount(2)
    await expect(scene(page, "Be the thief").last()).toContainText("400 invalid_grant")
  })
  await test.step("the real client still gets its tokens", async () => {
    await press(page, "Redeem the code")
    await expect(scene(page, "Exchange the code for tokens")).toContainText("Done")
  })
  await test.step("Replay the code", async () => {
    await breakIt(page, "Replay the code")
    await expect(scene(page, "Send the code a second")).toContainText("400 invalid_grant")
    await expect(page.getByText("code_replayed", { exact: true })).toBeVisible()
    await press(page, "Introspect the token")
    await expect(scene(page, "Check whether")).toContainText("401 invalid_token")
    await expect(page.getByRole("heading", { name: "This flow has ended" })).toBeVisible()
  })
})

test("an old refresh token and revoked tokens are refused, and the failed step has the reason", async ({
  page,
  context,
}) => {
  await openTourSignedIn(page, context)
  await test.step("Use an old refresh token", async () => {
    await breakIt(page, "Use an old refresh token")
    await expect(scene(page, "Use an old")).toContainText("400 invalid_grant")
    await expect(page.getByText("refresh_token_replayed", { exact: true })).toBeVisible()
    await press(page, "Introspect the token")
    await expect(scene(page, "Check whether")).toContainText("401 invalid_token")
    await expect(page.getByRole("heading", { name: "This flow has ended" })).toBeVisible()
  })
  await test.step("Revoke the tokens early", async () => {
    await breakIt(page, "Revoke the tokens early")
    await expect(scene(page, "Check whether")).toContainText("401 invalid_token")
    await expect(page.getByText("access_token_revoked", { exact: true })).toBeVisible()
    await press(page, "Refresh the tokens")
    await expect(scene(page, "Renew the tokens")).toContainText("400 invalid_grant")
    await expect(page.getByRole("heading", { name: "This flow has ended" })).toBeVisible()
  })
})

test("a changed redirect URI is refused with and without a code, and the real client isn't affected", async ({
  page,
  context,
}) => {
  await openTourSignedIn(page, context)
  await breakIt(page, "Change the redirect URI")
  await expect(page.getByText("redirect_uri_unregistered", { exact: true })).toBeVisible()
  await expect(scene(page, "Ask for the code to be sent to another address")).toContainText("400")
  await expect(page.getByRole("heading", { name: "This flow has ended" })).toBeVisible()
  await press(page, "Start over")
  await press(page, "Make the secret")
  await press(page, "Go and sign in")
  await expect(scene(page, "Send the browser to the server")).toContainText("Done")
  await expect(button(page, "Redeem the code")).toBeFocused()
  await breakIt(page, "Change the redirect URI")
  await expect(page.getByText("redirect_uri_mismatch", { exact: true })).toBeVisible()
  await press(page, "Redeem the code")
  await expect(scene(page, "Exchange the code for tokens")).toContainText("Done")
})

test("an interrupted scene can be played again, and a break refused for another reason is explained", async ({
  page,
  context,
}) => {
  await openTourSignedIn(page, context)
  await page.route("**/.well-known/**", (route) => route.abort())
  await press(page, "Make the secret")
  await expect(scene(page, "Make a secret")).toContainText("No response")
  await page.unroute("**/.well-known/**")
  await press(page, "Make the secret")
  await press(page, "Go and sign in")
  await expect(button(page, "Redeem the code")).toBeVisible()
  const code = await page.evaluate(() => JSON.parse(sessionStorage.getItem("oauth-flow-tour") ?? "{}").code)
  await changeAuthCode(code, { expiresAt: new Date(Date.now() - 1000) })
  await breakIt(page, "Change the verifier")
  await expect(scene(page, "Be the thief")).toContainText("but not for the reason that you were testing: Code expired")
})

test("on a phone each scene is followed by its steps as text", async ({ page, context }) => {
  await page.setViewportSize(phone)
  await openTourSignedIn(page, context)
  await breakIt(page, "Change the verifier")
  const failed = step(page, /^13\. .*Failed: Code verifier does not match/)
  await expect(failed).toBeVisible()
  await expect(failed).toContainText("Failed: Code verifier does not match")
  await expect(page.getByText("No match: either another party is redeeming the code")).toBeVisible()
  const thief = scene(page, "Be the thief")
  await expect(thief.getByText("This is what PKCE is for.")).toBeInViewport()
  await expect(thief.getByText("Different, so it isn't the same client.")).toBeVisible()
  const next = page.getByRole("region", { name: "Next scene" })
  const tops = await Promise.all([thief, failed, next].map(async (part) => (await part.boundingBox())?.y ?? 0))
  expect(tops).toEqual(tops.toSorted((a, b) => a - b))
})

test("a user's refusal, and a return without a response, are shown as what they are", async ({ page, context }) => {
  await openTourSignedIn(page, context, false)
  await press(page, "Make the secret")
  await press(page, "Go and sign in")
  await expect(page.getByRole("button", { name: "Deny" })).toBeVisible()
  await page.goBack()
  await press(page, "Go and sign in")
  await deny(page)
  await expect(scene(page, "Send the browser to the server")).toContainText("access_denied")
  await expect(step(page, /Failed: Denied by the user/)).toBeVisible()
  await expect(page.getByRole("heading", { name: "This flow has ended" })).toBeVisible()
  await expect(button(page, "Start over")).toBeEnabled()
})

test("a response that this tab did not ask for is ignored - RFC 9700 4.7", async ({ page }) => {
  await page.goto(`${server.issuer}/playground?code=planted&state=planted`)
  await expect(page.getByText("This tab wasn't waiting for that response")).toBeVisible()
  expect(page.url()).toBe(`${server.issuer}/playground`)
  await expect(button(page, "Make the secret")).toBeEnabled()
})

test("what another version of the tour has stored in the tab is ignored", async ({ page }) => {
  await openTour(page)
  await page.evaluate(() => {
    const played = [{ id: 1, name: "a scene of another version", outcome: "done", exchanges: [] }]
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
  await expect(button(page, "Make the secret")).toBeVisible()
  const policy = response?.headers()["content-security-policy"] ?? ""
  expect(policy).toContain("frame-ancestors 'none'")
  expect(policy).toContain("form-action 'self'")
  expect(policy).not.toContain("unsafe")
  expect(response?.headers()["cache-control"]).toContain("no-store")
  await expectNoSidewaysScroll(page)
  await expectAccessible(page)
  expect(problems).toEqual([])
})

test("where the flow inspector is off, the tour shows the client's side and returns no flow ID", async ({ page }) => {
  const closed = await startOwnServer({ DEMO: "on", FLOW_INSPECTOR: "off" })
  await page.goto(`${closed.issuer}/playground`)
  await press(page, "Make the secret")
  await expect(page.getByText("This browser has no access to the flow inspector")).toBeVisible()
  await expect(scene(page, "Make a secret for this sign-in")).toBeVisible()
  expect((await page.request.get(`${closed.issuer}/playground/flow?code_challenge=x`)).status()).toBe(404)
  await closed.stop()
})

test("a server outside demo mode has no playground", async ({ page }) => {
  const { issuer } = testEnvironment()
  expect((await page.goto(`${issuer}/playground`))?.status()).toBe(404)
  expect((await page.request.get(`${issuer}/playground/flow?code_challenge=x`)).status()).toBe(404)
  await page.goto(`${issuer}/`)
  await expect(page.getByText("tour")).toHaveCount(0)
})
