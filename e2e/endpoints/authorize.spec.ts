import { beginAuthorization, expectCode, expectErrorPage, expectErrorRedirect } from "../fixtures/authorization"
import { browserTokenOf } from "../fixtures/cookies"
import { testEnvironment } from "../fixtures/environment"
import { countAuthorizations } from "../fixtures/rows"
import {
  authorizationParameters,
  authorize,
  expect,
  insertUser,
  locationOf,
  makePkce,
  openBrowser,
  redirectUri,
  registerClient,
  test,
} from "../fixtures/world"

test("a valid request leads to sign-in with a state token, and stores nothing - OAuth 2.1 4.1.1, 7.5.3", async () => {
  const client = await registerClient()
  const browser = await openBrowser()
  const response = await authorize(browser, client)
  expect(response.status).toBe(303)
  expect(response.headers.get("cache-control")).toBe("no-store")
  expect(locationOf(response).pathname).toBe("/sign-in")
  expect([...locationOf(response).searchParams.keys()]).toEqual(["state"])
  expect(await countAuthorizations(client.clientId)).toEqual({ sessions: 0, codes: 0 })
})

test("the state token reveals nothing of the request - RFC 9700 4.7.1", async () => {
  const client = await registerClient()
  const { stateToken, pkce } = await beginAuthorization(await openBrowser(), client, {
    nonce: "the-nonce-of-the-client",
  })
  const parts = stateToken.split(".")
  expect(parts).toHaveLength(5)
  const readable = parts.map((part) => Buffer.from(part, "base64url").toString("latin1")).join("\n")
  for (const value of [pkce.codeChallenge, client.clientId, "the-client-s-state", "the-nonce-of-the-client"])
    expect(readable).not.toContain(value)
})

test("the browser is given one binding cookie, out of reach of scripts and other sites - RFC 6265 4.1.2", async () => {
  const client = await registerClient()
  const browser = await openBrowser()
  const [cookie, ...others] = (await authorize(browser, client)).headers.getSetCookie()
  expect(others).toEqual([])
  expect(cookie).toMatch(/^oauth-flow-\d+-browser-[A-Za-z0-9_-]{4}=[A-Za-z0-9_-]{43}; Path=\/; HttpOnly; SameSite=Lax$/)
  const first = browserTokenOf(browser)
  await authorize(browser, client)
  expect(browserTokenOf(browser)).toBe(first)
})

test("a signed-in user returns to a first-party client with only code, state and iss - RFC 6749 4.1.2, RFC 9207 2", async () => {
  const client = await registerClient()
  expectCode(await authorize(await openBrowser(await insertUser()), client))
  expect(await countAuthorizations(client.clientId)).toEqual({ sessions: 1, codes: 1 })
})

test("state comes back byte for byte, in a success and in an error - RFC 6749 4.1.2", async () => {
  const client = await registerClient()
  const browser = await openBrowser(await insertUser())
  const printable = String.fromCharCode(...Array.from({ length: 0x5f }, (_, i) => 0x20 + i))
  for (const state of [printable, "a+b c%20d%2Bé€😀", "&error=x&code=y#z", " ", "\ufffd\ufeff", "x".repeat(1536)]) {
    expectCode(await authorize(browser, client, makePkce(), { state }), { state })
    expectErrorRedirect(
      await authorize(browser, client, makePkce(), { state, response_type: "token" }),
      "unsupported_response_type",
      { state },
    )
  }
})

test("without a state there is none in the answer - RFC 6749 4.1.2", async () => {
  const client = await registerClient()
  const browser = await openBrowser(await insertUser())
  expectCode(await authorize(browser, client, makePkce(), { state: undefined }), { state: null })
  expectErrorRedirect(
    await authorize(browser, client, makePkce(), { state: undefined, scope: "unheard-of" }),
    "invalid_scope",
    { state: null },
  )
})

test("a query of the redirect URI's own stays as it was registered - RFC 6749 3.1.2", async () => {
  const to = "https://client.example/callback?tenant=a%2Fb&empty="
  const client = await registerClient({ redirectUris: [to] })
  const location = (await authorize(await openBrowser(await insertUser()), client)).headers.get("location")
  expect(location?.startsWith(`${to}&code=`), location ?? "").toBe(true)
})

test("redirect_uri may be left out where one is registered, and not where there are two - OAuth 2.1 4.1.1", async () => {
  const user = await insertUser()
  const one = await registerClient()
  const without = { redirect_uri: undefined, scope: "profile email" }
  expectCode(await authorize(await openBrowser(user), one, makePkce(), without))
  expectCode(await authorize(await openBrowser(user), one, makePkce(), { ...without, scope: undefined }))
  const two = await registerClient({ redirectUris: [redirectUri, `${redirectUri}/other`] })
  await expectErrorPage(await authorize(await openBrowser(user), two, makePkce(), without))
})

test("an OpenID request must have a redirect_uri - OpenID Connect Core 3.1.2.1", async () => {
  const client = await registerClient()
  const browser = await openBrowser(await insertUser())
  for (const scope of ["openid", "profile openid"]) {
    const page = await expectErrorPage(
      await authorize(browser, client, makePkce(), { redirect_uri: undefined, scope }),
      { about: scope },
    )
    expect(page).toContain("The parameter redirect_uri is missing.")
  }
  expect(await countAuthorizations(client.clientId)).toEqual({ sessions: 0, codes: 0 })
})

test("an unknown or missing client gets an error page, never a redirect - RFC 6749 4.1.2.1", async () => {
  const client = await registerClient()
  const browser = await openBrowser(await insertUser())
  for (const client_id of [
    undefined,
    "",
    "unheard-of",
    `${client.clientId}x`,
    client.clientId.toLowerCase(),
    "x".repeat(3000),
  ]) {
    for (const fault of [{}, { response_type: "token" }, { prompt: "none" }, { code_challenge: undefined }])
      await expectErrorPage(await authorize(browser, client, makePkce(), { client_id, ...fault }), {
        about: String(client_id),
      })
  }
})

test("the error page shows nothing that the request brought - OAuth 2.1 7.11", async () => {
  const browser = await openBrowser()
  const markup = "<script>alert(1)</script>"
  for (const name of ["client_id", "redirect_uri", "state", "<b>name</b>"]) {
    const client = await registerClient()
    const changes = { redirect_uri: "https://elsewhere.example/", [name]: markup }
    const page = await expectErrorPage(await authorize(browser, client, makePkce(), changes))
    expect(page).not.toContain("alert(1)")
    expect(page).not.toContain("elsewhere.example")
  }
})

test("a program that asks for JSON gets the error as JSON, and still no redirect - RFC 6749 4.1.2.1", async () => {
  const client = await registerClient()
  const parameters = authorizationParameters(client, makePkce().codeChallenge, { client_id: "unheard-of" })
  const response = await (await openBrowser()).fetch(`/authorize?${parameters}`, {
    headers: { Accept: "application/json" },
  })
  expect(response.status).toBe(400)
  expect(response.headers.get("location")).toBeNull()
  expect(response.headers.get("cache-control")).toBe("no-store")
  expect(await response.json()).toMatchObject({ error: "invalid_request", error_description: expect.any(String) })
})

test("POST does what GET does, with the parameters in a form - OpenID Connect Core 3.1.2.1", async () => {
  const client = await registerClient()
  const browser = await openBrowser(await insertUser())
  const post = (body: URLSearchParams | string, headers: Record<string, string> = {}, query = "") =>
    browser.fetch(`/authorize${query}`, { method: "POST", body, headers })
  const form = authorizationParameters(client, makePkce().codeChallenge)
  expectCode(await post(form))
  expectErrorRedirect(await post(authorizationParameters(client, "too-short")), "invalid_request")

  await expectErrorPage(await post(new URLSearchParams(), {}, `?${form}`))
  await expectErrorPage(await post(JSON.stringify(Object.fromEntries(form)), { "Content-Type": "application/json" }))
  await expectErrorPage(
    await post(`${form}&x=${"x".repeat(33_000)}`, { "Content-Type": "application/x-www-form-urlencoded" }),
    { status: 413 },
  )
})

test("a form posted by another site is redirected to GET, so that the browser sends its cookies - OpenID Connect Core 3.1.2.1", async () => {
  const client = await registerClient()
  const form = authorizationParameters(client, makePkce().codeChallenge)
  const crossSite = { method: "POST", body: form, headers: { "Sec-Fetch-Site": "cross-site" } }
  const response = await (await openBrowser()).fetch("/authorize", crossSite)
  expect(response.status).toBe(303)
  expect(locationOf(response).origin).toBe(testEnvironment().issuer)
  expect(locationOf(response).pathname).toBe("/authorize")
  expectCode(await (await openBrowser(await insertUser())).fetch(locationOf(response).href))
  form.set("unheard-of", "x".repeat(9_000))
  expectErrorRedirect(await (await openBrowser()).fetch("/authorize", crossSite), "invalid_request")
})

test("other methods are refused with Allow, and HEAD has no effect - RFC 9110 15.5.6", async () => {
  const client = await registerClient()
  const browser = await openBrowser(await insertUser())
  const parameters = authorizationParameters(client, makePkce().codeChallenge)
  for (const method of ["HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"]) {
    const response = await browser.fetch(`/authorize?${parameters}`, { method })
    expect(response.status, method).toBe(405)
    expect(response.headers.get("allow"), method).toBe("GET, POST")
    expect(response.headers.get("location"), method).toBeNull()
  }
  expect(await countAuthorizations(client.clientId)).toEqual({ sessions: 0, codes: 0 })
})

test("a prefetch has no effect - RFC 9110 9.2.1", async () => {
  const client = await registerClient()
  const browser = await openBrowser(await insertUser())
  const url = `/authorize?${authorizationParameters(client, makePkce().codeChallenge)}`
  for (const headers of aheadOfTheVisit) {
    const response = await browser.fetch(url, { headers, redirect: "follow" })
    expect(response.status, JSON.stringify(headers)).toBe(503)
    expect(response.headers.get("cache-control")).toBe("no-store")
  }
  expect(await countAuthorizations(client.clientId)).toEqual({ sessions: 0, codes: 0 })
  expectCode(await browser.fetch(url))
})

const aheadOfTheVisit: Record<string, string>[] = [
  { "Sec-Purpose": "prefetch" },
  { "Sec-Purpose": "prefetch;prerender" },
  { Purpose: "prefetch" },
  { "X-Moz": "prefetch" },
  { RSC: "1" },
  { RSC: "1", "Next-Router-Prefetch": "1" },
]

test("no page of another origin may read an answer - RFC 9700 2.6", async () => {
  const client = await registerClient({ tokenEndpointAuthMethod: "none" })
  const parameters = authorizationParameters(client, makePkce().codeChallenge)
  const headers = { Origin: "https://client.example" }
  const response = await (await openBrowser(await insertUser())).fetch(`/authorize?${parameters}`, { headers })
  expectCode(response)
  expect([...response.headers.keys()].filter((name) => name.startsWith("access-control"))).toEqual([])
})
