import { disableUser } from "@/lib/accounts/users"
import { addConsent } from "@/lib/data/consents"
import type { User } from "@/lib/data/users"
import {
  beginAuthorization,
  callback,
  expectCode,
  expectErrorRedirect,
  readInteraction,
  signInTo,
} from "../fixtures/authorization"
import { cookieName } from "../fixtures/cookies"
import { changeBrowserSession, countAuthorizations } from "../fixtures/rows"
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
  test,
} from "../fixtures/world"

const secondsAgo = (seconds: number) => new Date(Date.now() - seconds * 1000)

/** A browser in which the user signed in some time ago. */
async function openBrowserSignedIn(user: User, authenticatedAt: Date): Promise<TestBrowser> {
  const browser = await openBrowser(user)
  await changeBrowserSession(browser.cookies.get(cookieName("session")) ?? "", { authenticatedAt })
  return browser
}

async function consent(user: User, client: TestClient, scope: string[], resource: string[] = []): Promise<void> {
  await addConsent({ userId: user.id, clientId: client.clientId, scope, resource, grantedAt: secondsAgo(60) }, {})
}

test("prompt none shows no page: login_required, consent_required, or the code - OpenID Connect Core 3.1.2.1", async () => {
  const user = await insertUser()
  const client = await registerClient({ firstParty: false })
  const none = { prompt: "none" }
  expectErrorRedirect(await authorize(await openBrowser(), client, makePkce(), none), "login_required")
  const browser = await openBrowser(user)
  expectErrorRedirect(await authorize(browser, client, makePkce(), none), "consent_required")
  await consent(user, client, ["openid", "profile", "email"])
  expectCode(await authorize(browser, client, makePkce(), none))
  const old = await openBrowserSignedIn(user, secondsAgo(100))
  expectErrorRedirect(await authorize(old, client, makePkce(), { ...none, max_age: "99" }), "login_required")
})

test("prompt login, select_account and create ask for a sign-in that comes after the request - OpenID Connect Core 3.1.2.1", async () => {
  const user = await insertUser()
  const client = await registerClient()
  for (const [prompt, page] of [
    ["login", "/sign-in"],
    ["select_account", "/sign-in"],
    ["login consent", "/sign-in"],
    ["create", "/sign-up"],
  ] as const) {
    const browser = await openBrowserSignedIn(user, secondsAgo(1))
    const { path, stateToken } = await beginAuthorization(browser, client, { prompt })
    expect(path, prompt).toBe(page)
    // Straight to /callback with the sign-in of before: back to the page.
    expect(readInteraction(await callback(browser, stateToken)).path, prompt).toBe(page)
    await signInTo(browser, user)
    expectCode(await callback(browser, stateToken))
  }
})

test("max_age asks for a new sign-in when the last one is older - OpenID Connect Core 3.1.2.1", async () => {
  const user = await insertUser()
  const client = await registerClient()
  const browser = await openBrowserSignedIn(user, secondsAgo(100))
  expectCode(await authorize(browser, client, makePkce(), { max_age: "3600" }))
  for (const max_age of ["99", "0"]) {
    const { path, stateToken } = await beginAuthorization(browser, client, { max_age })
    expect(path).toBe("/sign-in")
    expect(readInteraction(await callback(browser, stateToken)).path).toBe("/sign-in")
  }
  const { stateToken } = await beginAuthorization(browser, client, { max_age: "0" })
  await signInTo(browser, user)
  expectCode(await callback(browser, stateToken))
})

test("a user who has not consented is asked, even if another user has - OpenID Connect Core 3.1.2.4", async () => {
  const user = await insertUser()
  const client = await registerClient({ firstParty: false })
  await consent(await insertUser(), client, ["openid", "profile", "email"])
  await consent(user, await registerClient({ firstParty: false }), ["openid", "profile", "email"])
  const browser = await openBrowser(user)
  const { path, stateToken } = await beginAuthorization(browser, client)
  expect(path).toBe("/consent")
  // /callback is no way round the page.
  expect(readInteraction(await callback(browser, stateToken)).path).toBe("/consent")
  expect(await countAuthorizations(client.clientId)).toEqual({ sessions: 0, codes: 0 })
})

test("a consent covers its scopes and resources and no others - OpenID Connect Core 3.1.2.4", async () => {
  const user = await insertUser()
  const client = await registerClient({ firstParty: false })
  await consent(user, client, ["openid", "profile"], ["https://a.example"])
  const browser = await openBrowser(user)
  const ask = (changes: Record<string, string | undefined>) => authorize(browser, client, makePkce(), changes)
  expectCode(await ask({ scope: "openid" }))
  for (const resource of ["https://a.example", "https://a.example/"]) {
    expectCode(await ask({ scope: "profile openid", resource }))
  }
  for (const more of [
    { scope: "openid profile email" },
    { scope: "openid", resource: "https://b.example" },
    { scope: "openid", resource: "https://a.example/x" },
  ])
    expect(readInteraction(await ask(more)).path, JSON.stringify(more)).toBe("/consent")
})

test("a native client, which anything on the device could pose as, gets no code without asking the user - RFC 8252 8.6", async () => {
  const user = await insertUser()
  const redirectUris = ["http://127.0.0.1/callback", "com.example.notes:/callback", "https://native.example/callback"]
  const client = await registerClient({ firstParty: false, tokenEndpointAuthMethod: "none", redirectUris })
  await consent(user, client, ["openid", "profile", "email"])
  const browser = await openBrowser(user)
  for (const redirect_uri of ["http://127.0.0.1:51004/callback", "com.example.notes:/callback"]) {
    expect(readInteraction(await authorize(browser, client, makePkce(), { redirect_uri })).path).toBe("/consent")
    const silent = await authorize(browser, client, makePkce(), { redirect_uri, prompt: "none" })
    expectErrorRedirect(silent, "consent_required", { to: redirect_uri })
  }
  const to = "https://native.example/callback"
  expectCode(await authorize(browser, client, makePkce(), { redirect_uri: to }), { to })
})

test("prompt consent asks again - OpenID Connect Core 3.1.2.1", async () => {
  const user = await insertUser()
  const client = await registerClient({ firstParty: false })
  await consent(user, client, ["openid", "profile", "email"])
  const browser = await openBrowser(user)
  const { path, stateToken } = await beginAuthorization(browser, client, { prompt: "consent" })
  expect(path).toBe("/consent")
  expect(readInteraction(await callback(browser, stateToken)).path).toBe("/consent")
})

test("an id_token_hint for another user asks for a sign-in, and only that user gets a code - OpenID Connect Core 3.1.2.2", async () => {
  const [user, another] = [await insertUser(), await insertUser()]
  const client = await registerClient()
  const { id_token } = await obtainTokens(client, user)
  const hint = { id_token_hint: id_token }
  expectCode(await authorize(await openBrowser(user), client, makePkce(), hint))
  expectErrorRedirect(
    await authorize(await openBrowser(another), client, makePkce(), { ...hint, prompt: "none" }),
    "login_required",
  )

  const browser = await openBrowser(another)
  const { path, stateToken } = await beginAuthorization(browser, client, hint)
  expect(path).toBe("/sign-in")
  await signInTo(browser, another)
  expectErrorRedirect(await callback(browser, stateToken), "login_required")
  await signInTo(browser, user)
  expectCode(await callback(browser, stateToken))
})

test("an id_token_hint must be an ID token that this client got here - OpenID Connect Core 3.1.2.1", async () => {
  const user = await insertUser()
  const [client, another] = [await registerClient(), await registerClient()]
  const { id_token: ofAnother = "" } = await obtainTokens(another, user)
  const browser = await openBrowser(user)
  for (const id_token_hint of ["x", ofAnother])
    expectErrorRedirect(await authorize(browser, client, makePkce(), { id_token_hint }), "invalid_request", {
      about: id_token_hint,
    })
})

test("a BrowserSession signs no one in when it has expired, belongs to a disabled user or does not exist - OpenID Connect Core 3.1.2.3", async () => {
  const client = await registerClient()
  const expired = await openBrowser(await insertUser())
  await changeBrowserSession(expired.cookies.get(cookieName("session")) ?? "", { expiresAt: secondsAgo(1) })

  const user = await insertUser()
  const disabled = await openBrowser(user)
  await disableUser(user.id)
  await signInTo(disabled, user)

  const madeUp = await openBrowser()
  madeUp.cookies.set(cookieName("session"), "A".repeat(43))
  const malformed = await openBrowser()
  malformed.cookies.set(cookieName("session"), "%00'\"")
  for (const browser of [expired, disabled, madeUp, malformed])
    expect((await beginAuthorization(browser, client)).path).toBe("/sign-in")
  expect(await countAuthorizations(client.clientId)).toEqual({ sessions: 0, codes: 0 })
})
