import { expectErrorPage } from "../fixtures/authorization"
import { cookieName } from "../fixtures/cookies"
import { testEnvironment } from "../fixtures/environment"
import { issueExpiredIdToken } from "../fixtures/expired-token"
import { postPage } from "../fixtures/forms"
import {
  authorize,
  expect,
  insertUser,
  makePkce,
  obtainTokens,
  openBrowser,
  registerClient,
  type TestBrowser,
  type TestClient,
  type TestUser,
  test,
} from "../fixtures/world"

const returnUri = "https://client.example/signed-out?tenant=1"
const registerHere = () => registerClient({ postLogoutRedirectUris: [returnUri, "https://client.example/"] })

/** A browser in which the user is signed in, and the client's ID token. */
async function begin(facts: { client?: TestClient; user?: TestUser } = {}) {
  const client = facts.client ?? (await registerHere())
  const user = facts.user ?? (await insertUser())
  const tokens = await obtainTokens(client, user)
  return { client, user, tokens, idToken: tokens.id_token ?? "", browser: await openBrowser(user) }
}

function endSession(browser: TestBrowser, parameters: Record<string, string | undefined>): Promise<Response> {
  const sent = Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return browser.fetch(`/end-session?${new URLSearchParams(sent)}`)
}

/** Whether the browser is still signed in: prompt=none gets a code. */
async function isSignedIn(browser: TestBrowser): Promise<boolean> {
  const response = await authorize(browser, await registerClient(), makePkce(), { prompt: "none" })
  return new URL(response.headers.get("location") ?? "").searchParams.has("code")
}

test("with an ID token of the signed-in user the browser is signed out and returns with its state - RP-Initiated Logout 2, 3", async () => {
  const { browser, idToken } = await begin()
  const response = await endSession(browser, {
    id_token_hint: idToken,
    post_logout_redirect_uri: returnUri,
    state: "a b&c",
  })
  expect(response.status).toBe(303)
  expect(response.headers.get("location")).toBe(`${returnUri}&state=a+b%26c`)
  expect(response.headers.get("cache-control")).toBe("no-store")
  expect(response.headers.getSetCookie().join()).toContain(`${cookieName("session")}=;`)
  expect(await isSignedIn(browser)).toBe(false)
})

test("the BrowserSession ends, not only its cookie - RP-Initiated Logout 2", async () => {
  const { browser, idToken } = await begin()
  const cookie = browser.cookies.get(cookieName("session")) ?? ""
  await endSession(browser, { id_token_hint: idToken })
  browser.cookies.set(cookieName("session"), cookie)
  expect(await isSignedIn(browser)).toBe(false)
})

test("an expired ID token is accepted - RP-Initiated Logout 2", async () => {
  const { browser, client, user, tokens } = await begin()
  const response = await endSession(browser, { id_token_hint: await issueExpiredIdToken(client, user, tokens) })
  expect(response.headers.get("location")).toBe(`${testEnvironment().issuer}/sign-out`)
  expect(await isSignedIn(browser)).toBe(false)
})

test("without an ID token, or with another user's, the person is asked - RP-Initiated Logout 2", async () => {
  const { browser, client } = await begin()
  const { idToken: another } = await begin({ client })
  const back = { post_logout_redirect_uri: returnUri, state: "s" }
  for (const parameters of [
    { client_id: client.clientId, ...back },
    { id_token_hint: another, ...back },
  ]) {
    const response = await endSession(browser, parameters)
    const page = new URL(response.headers.get("location") ?? "")
    expect(`${page.origin}${page.pathname}`).toBe(`${testEnvironment().issuer}/sign-out`)
    expect(Object.fromEntries(page.searchParams)).toEqual({ client_id: client.clientId, ...back })
  }
  for (const parameters of [{}, { state: "x".repeat(4_000) }] as Record<string, string>[]) {
    const { headers } = await endSession(browser, parameters)
    expect(headers.get("location")).toBe(`${testEnvironment().issuer}/sign-out`)
  }
  expect(await isSignedIn(browser)).toBe(true)
  const query = new URLSearchParams({ client_id: client.clientId, ...back })
  const pressed = await postPage(browser, `/sign-out?${query}`, {})
  expect([pressed.status, pressed.headers.get("location")]).toEqual([303, `${returnUri}&state=s`])
  expect(await isSignedIn(browser)).toBe(false)
})

test("someone who is not signed in returns to the client immediately - RP-Initiated Logout 3", async () => {
  const { client, idToken } = await begin()
  for (const hint of [{ id_token_hint: idToken }, { client_id: client.clientId }]) {
    const response = await endSession(await openBrowser(), { ...hint, post_logout_redirect_uri: returnUri })
    expect(response.headers.get("location")).toBe(returnUri)
  }
})

test("no browser is redirected to a URI that is not registered for the client - RP-Initiated Logout 3", async () => {
  const { browser, client, idToken } = await begin()
  const other = await registerClient({ postLogoutRedirectUris: ["https://other.example/"] })
  for (const uri of [
    "https://elsewhere.example/",
    "https://other.example/",
    `${returnUri}&x=1`,
    returnUri.slice(0, -1),
    "https://client.example",
    client.redirectUris[0] ?? "",
  ]) {
    for (const hint of [{ id_token_hint: idToken }, { client_id: client.clientId }, {}] as Record<string, string>[]) {
      const response = await endSession(browser, { ...hint, post_logout_redirect_uri: uri })
      await expectErrorPage(response, { title: "This sign-out link doesn't work", about: uri })
    }
  }
  const headers = { Origin: testEnvironment().issuer }
  const body = new URLSearchParams({ client_id: other.clientId, post_logout_redirect_uri: returnUri })
  const pressed = await browser.fetch("/sign-out/submit", { method: "POST", body, headers })
  expect([pressed.status, pressed.headers.get("location")]).toEqual([400, null])
  expect(await isSignedIn(browser)).toBe(true)
})

test("a hint that is no ID token, or not of the client that is named, is refused - RP-Initiated Logout 2", async () => {
  const { browser, idToken } = await begin()
  const { client: other } = await begin()
  for (const parameters of [
    { id_token_hint: "x" },
    { id_token_hint: idToken, client_id: other.clientId },
    { client_id: "unheard-of" },
  ]) {
    const response = await endSession(browser, parameters)
    await expectErrorPage(response, { title: "This sign-out link doesn't work", about: JSON.stringify(parameters) })
  }
  expect(await isSignedIn(browser)).toBe(true)
})

test("POST does what GET does, and a form from another site is redirected to GET - RP-Initiated Logout 2", async () => {
  const { browser, idToken } = await begin()
  const body = new URLSearchParams({ id_token_hint: idToken, post_logout_redirect_uri: returnUri })
  const headers = { "Sec-Fetch-Site": "cross-site" }
  const again = await browser.fetch("/end-session", { method: "POST", body, headers })
  expect(again.headers.get("location")).toBe(`${testEnvironment().issuer}/end-session?${body}`)
  expect(await isSignedIn(browser)).toBe(true)
  const response = await browser.fetch("/end-session", { method: "POST", body })
  expect(response.headers.get("location")).toBe(returnUri)
  expect(await isSignedIn(browser)).toBe(false)
})
