import { connect } from "node:net"
import { text } from "node:stream/consumers"
import { decodeJwt } from "jose"
import { deviceCodeGrant } from "@/lib/sessions/device-code"
import { expectCode, expectErrorPage, expectErrorRedirect, readInteraction } from "../fixtures/authorization"
import { testEnvironment } from "../fixtures/environment"
import { countAuthorizations } from "../fixtures/rows"
import {
  authorizationParameters,
  authorize,
  expect,
  expectOAuthError,
  insertUser,
  makePkce,
  obtainCode,
  obtainTokens,
  openBrowser,
  postForm,
  readTokens,
  redeem,
  redirectUri,
  registerClient,
  test,
} from "../fixtures/world"

type Changes = Record<string, string | undefined>

/** Each of these requests, from a browser in which a user is signed in, is refused by a redirect with this error. */
async function expectRefused(error: string, faults: Changes[], client = registerClient()): Promise<void> {
  const registered = await client
  const browser = await openBrowser(await insertUser())
  for (const fault of faults) {
    const about = JSON.stringify(fault)
    expectErrorRedirect(await authorize(browser, registered, makePkce(), fault), error, { about })
  }
  expect(await countAuthorizations(registered.clientId)).toEqual({ sessions: 0, codes: 0 })
}

test("response_type is code alone - RFC 6749 3.1.1", async () => {
  await expectRefused("unsupported_response_type", [
    { response_type: "token" },
    { response_type: "id_token" },
    { response_type: "code token" },
    { response_type: "code id_token" },
    { response_type: "none" },
    { response_type: "CODE" },
  ])
  await expectRefused("invalid_request", [{ response_type: undefined }, { response_type: "" }])
})

test("a client that is not registered for the code grant is refused - RFC 6749 4.1.2.1", async () => {
  await expectRefused("unauthorized_client", [{}], registerClient({ grantTypes: ["refresh_token"] }))
})

test("a missing, plain or malformed code challenge is refused, of every kind of client - RFC 7636 4.4.1, OAuth 2.1 4.1.1", async () => {
  const { codeChallenge } = makePkce()
  const faults: Changes[] = [
    { code_challenge: undefined, code_challenge_method: undefined },
    { code_challenge: undefined },
    { code_challenge: "" },
    { code_challenge_method: undefined },
    { code_challenge_method: "" },
    { code_challenge_method: "plain" },
    { code_challenge_method: "s256" },
    { code_challenge_method: "S512" },
    { code_challenge: codeChallenge.slice(1) },
    { code_challenge: `${codeChallenge}A` },
    { code_challenge: `${codeChallenge}=` },
    { code_challenge: `${codeChallenge.slice(1)}+` },
    { code_challenge: `${codeChallenge.slice(1)}/` },
    { code_challenge: `${codeChallenge.slice(1)} ` },
    { code_challenge: `${codeChallenge.slice(1)}é` },
    { code_challenge: "a".repeat(129) },
  ]
  await expectRefused("invalid_request", faults)
  await expectRefused("invalid_request", faults, registerClient({ tokenEndpointAuthMethod: "none" }))
})

test("PKCE may be left out by the client that the operator exempted, for openid requests alone - OAuth 2.1 7.5.1", async () => {
  const client = await registerClient({ requirePkce: false })
  const browser = await openBrowser(await insertUser())
  const without = { code_challenge: undefined, code_challenge_method: undefined }
  expectCode(await authorize(browser, client, makePkce(), without))
  expectErrorRedirect(await authorize(browser, client, makePkce(), { ...without, scope: "profile" }), "invalid_request")
  expectErrorRedirect(await authorize(browser, client, makePkce(), { code_challenge: undefined }), "invalid_request")
  expectErrorRedirect(
    await authorize(browser, client, makePkce(), { code_challenge_method: "plain" }),
    "invalid_request",
  )
})

test("an exempted client that sent a challenge must send its verifier, and without a challenge no verifier is accepted - OAuth 2.1 4.1.3", async () => {
  const client = await registerClient({ requirePkce: false })
  const user = await insertUser()
  const challenged = await obtainCode(client, user)
  await expectOAuthError(await redeem(client, challenged, { code_verifier: undefined }), "invalid_grant")
  expect((await redeem(client, challenged)).status).toBe(200)
  const bare = await obtainCode(client, user, { code_challenge: undefined, code_challenge_method: undefined })
  await expectOAuthError(await redeem(client, bare), "invalid_grant")
  expect((await redeem(client, bare, { code_verifier: undefined })).status).toBe(200)
})

test("requested scopes that are not registered are left out, and the response has the others - RFC 6749 3.3", async () => {
  const client = await registerClient({ scope: "openid notes:read" })
  const user = await insertUser()
  const code = await obtainCode(client, user, { scope: "notes:write openid groups notes:read" })
  const tokens = await readTokens(await redeem(client, code))
  expect(tokens).toMatchObject({ scope: "openid notes:read" })
  expect(decodeJwt(tokens.access_token)).toMatchObject({ scope: "openid notes:read" })
})

test("a client that is registered as strict gets no scope that it did not request - RFC 6749 3.3", async () => {
  const client = registerClient({ scope: "openid notes:read", strictScope: true })
  await expectRefused("invalid_scope", [{ scope: "openid notes:write" }, { scope: "openid OpenID" }], client)
})

test("a request without any registered scope, or with a malformed one, is refused - RFC 6749 3.3", async () => {
  const client = registerClient({ scope: "openid notes:read" })
  await expectRefused(
    "invalid_scope",
    [
      { scope: "notes:write profile" },
      { scope: "email" },
      { scope: "OpenID" },
      { scope: 'openid "' },
      { scope: "openid back\\slash" },
      { scope: "openid é" },
      { scope: "   " },
    ],
    client,
  )
})

test("without a scope the registered one applies, and repeated values are granted once - RFC 6749 3.3", async () => {
  const client = await registerClient({ scope: "openid notes:read" })
  const user = await insertUser()
  for (const scope of [undefined, "", "openid  notes:read openid"]) {
    const response = await redeem(client, await obtainCode(client, user, { scope }))
    expect(await response.json()).toMatchObject({ scope: "openid notes:read" })
  }
})

test("a resource must be an absolute URI without a fragment - RFC 8707 2", async () => {
  await expectRefused("invalid_target", [
    { resource: "notes" },
    { resource: "/notes" },
    { resource: "https://api.example/#part" },
    { resource: "https://api.example/ notes" },
    { resource: "https://" },
  ])
  const client = await registerClient()
  const parameters = authorizationParameters(client, makePkce().codeChallenge)
  for (let i = 0; i < 9; i++) parameters.append("resource", `https://api.example/${i}`)
  expectErrorRedirect(await (await openBrowser()).fetch(`/authorize?${parameters}`), "invalid_target")
})

test("a parameter sent twice is refused, known or not; resource may appear twice - RFC 6749 3.1", async () => {
  const client = await registerClient()
  const browser = await openBrowser(await insertUser())
  const parameters = () => authorizationParameters(client, makePkce().codeChallenge, { state: undefined })
  const doubled = [
    "response_type",
    "scope",
    "code_challenge",
    "code_challenge_method",
    "nonce",
    "prompt",
    "max_age",
    "login_hint",
    "id_token_hint",
    "response_mode",
    "request",
    "claims",
    "unheard-of",
    "état",
    "constructor",
  ]
  for (const name of doubled) {
    const sent = parameters()
    if (!sent.has(name)) sent.append(name, "1")
    sent.append(name, sent.get(name) ?? "")
    expectErrorRedirect(await browser.fetch(`/authorize?${sent}`), "invalid_request", { state: null, about: name })
  }
  // Which of two states is the client's own cannot be known, so neither is given back.
  expectErrorRedirect(await browser.fetch(`/authorize?${parameters()}&state=a&state=a`), "invalid_request", {
    state: null,
  })
  for (const name of ["client_id", "redirect_uri"]) {
    const value = name === "client_id" ? client.clientId : redirectUri
    await expectErrorPage(await browser.fetch(`/authorize?${parameters()}&${new URLSearchParams({ [name]: value })}`))
  }
  expect(await countAuthorizations(client.clientId)).toEqual({ sessions: 0, codes: 0 })
  expectCode(await browser.fetch(`/authorize?${parameters()}&resource=https://a.example&resource=https://b.example`), {
    state: null,
  })
})

test("a control character in any parameter is refused and breaks nothing - RFC 6749 appendix A", async () => {
  const client = await registerClient()
  const browser = await openBrowser(await insertUser())
  const names = [
    "client_id",
    "redirect_uri",
    "response_type",
    "scope",
    "state",
    "code_challenge",
    "code_challenge_method",
    "nonce",
    "prompt",
    "max_age",
    "login_hint",
    "id_token_hint",
    "resource",
    "claims",
    "unheard-of",
  ]
  for (const name of names) {
    for (const character of ["\0", "\n", "\r\nLocation: https://elsewhere.example/", "\x1b", "\x7f"]) {
      const response = await authorize(browser, client, makePkce(), { [name]: `https://a.example${character}` })
      const about = `${name} ${JSON.stringify(character)}`
      if (["client_id", "redirect_uri"].includes(name)) await expectErrorPage(response, { about })
      else expectErrorRedirect(response, "invalid_request", { about, ...(name === "state" && { state: null }) })
    }
  }
  expect(await countAuthorizations(client.clientId)).toEqual({ sessions: 0, codes: 0 })
})

test("invalid UTF-8 is refused, and never replaced - RFC 6749 appendix B", async () => {
  const client = await registerClient()
  const browser = await openBrowser(await insertUser())
  const parameters = authorizationParameters(client, makePkce().codeChallenge)
  const good = (without: string) => {
    const rest = new URLSearchParams(parameters)
    rest.delete(without)
    return rest
  }
  const names = ["client_id", "redirect_uri", "scope", "state", "nonce", "resource", "login_hint", "unheard-of"]
  for (const name of names) {
    for (const bytes of ["%ff", "%C3", "caf%E9", "%ED%A0%80", "%c0%af"]) {
      const query = `${good(name)}&${name}=${bytes}`
      const headers = { "Content-Type": "application/x-www-form-urlencoded" }
      for (const response of [
        await browser.fetch(`/authorize?${query}`),
        await browser.fetch("/authorize", { method: "POST", body: query, headers }),
      ]) {
        const about = `${name}=${bytes}`
        if (["client_id", "redirect_uri"].includes(name)) await expectErrorPage(response, { about })
        else expectErrorRedirect(response, "invalid_request", { about, ...(name === "state" && { state: null }) })
      }
    }
  }
  const raw = Buffer.concat([Buffer.from(`${good("state")}&state=`), Buffer.from([0xff])])
  const headers = { "Content-Type": "application/x-www-form-urlencoded" }
  await expectErrorPage(await browser.fetch("/authorize", { method: "POST", body: raw, headers }))
  for (const bytes of [[0xff], [...Buffer.from("\u00e9")]]) {
    expect(await sendRequestLine(`/authorize?${good("state")}&state=`, bytes)).toMatch(/^HTTP\/1\.1 400 /)
  }
  expect(await countAuthorizations(client.clientId)).toEqual({ sessions: 0, codes: 0 })
})

/** GET with these bytes at the end of the path, as no client library sends them. @returns the answer */
function sendRequestLine(path: string, bytes: number[]): Promise<string> {
  const { hostname, port } = new URL(testEnvironment().issuer)
  const socket = connect(Number(port), hostname)
  const rest = " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
  // In one piece: the server may close the connection before it has read a second one.
  socket.write(Buffer.concat([Buffer.from(`GET ${path}`), Buffer.from(bytes), Buffer.from(rest)]))
  return text(socket)
}

test("a login_hint that is not an address is ignored - OpenID Connect Core 3.1.2.1", async () => {
  const client = await registerClient()
  const browser = await openBrowser()
  for (const login_hint of ["+49 30 1234567", "ada", "x".repeat(255)]) {
    const { path } = readInteraction(await authorize(browser, client, makePkce(), { login_hint }))
    expect(path, login_hint).toBe("/sign-in")
  }
})

test("an oversized request is refused - OAuth 2.1 7.11", async () => {
  const user = await insertUser()
  const client = await registerClient()
  const browser = await openBrowser(user)
  expectErrorRedirect(await authorize(browser, client, makePkce(), { state: "x".repeat(1537) }), "invalid_request", {
    state: null,
  })
  await expectRefused("invalid_request", [
    { nonce: "x".repeat(1792) },
    { resource: `https://api.example/${"x".repeat(1750)}` },
    { id_token_hint: "x".repeat(3073) },
    { "unheard-of": "x".repeat(6144) },
  ])
  await expectErrorPage(
    await authorize(browser, client, makePkce(), { redirect_uri: `${redirectUri}?${"x".repeat(4000)}` }),
  )
})

test("what is not supported is refused by its own name - OpenID Connect Core 6, 7.2.1, RFC 9396 5", async () => {
  await expectRefused("request_not_supported", [{ request: "eyJhbGciOiJub25lIn0.e30." }])
  await expectRefused("request_uri_not_supported", [{ request_uri: "https://client.example/request.jwt" }])
  await expectRefused("registration_not_supported", [{ registration: "{}" }])
  await expectRefused("invalid_authorization_details", [{ authorization_details: "[]" }])
  await expectRefused("invalid_request", [
    { response_mode: "fragment" },
    { response_mode: "form_post.jwt" },
    { response_mode: "x" },
  ])
})

test("authorization details are refused by name where something is granted - RFC 9396 6, RFC 9396 5", async () => {
  const client = await registerClient({
    grantTypes: ["authorization_code", "refresh_token", deviceCodeGrant],
    scope: "openid offline_access",
  })
  const user = await insertUser()
  const { refresh_token = "" } = await obtainTokens(client, user)
  const { code, codeVerifier } = await obtainCode(client, user)
  const details = { authorization_details: '[{"type":"payment"}]' }
  const redemption = { grant_type: "authorization_code", code, code_verifier: codeVerifier, redirect_uri: redirectUri }
  for (const [path, form] of [
    ["/token", redemption],
    ["/token", { grant_type: "refresh_token", refresh_token }],
    ["/refresh", { refresh_token }],
    ["/device_authorization", {}],
  ] as const) {
    await expectOAuthError(await postForm(path, client, { ...form, ...details }), "invalid_authorization_details")
    expect((await postForm(path, client, form)).status, "nothing was used up").toBe(200)
  }
})

test("malformed prompt and max_age are refused - OpenID Connect Core 3.1.2.1", async () => {
  await expectRefused("invalid_request", [
    { prompt: "none login" },
    { prompt: "login none" },
    { prompt: "maybe" },
    { prompt: "NONE" },
    { max_age: "-1" },
    { max_age: "1.5" },
    { max_age: "1e3" },
    { max_age: "soon" },
    { max_age: "9999999999" },
  ])
})

test("unknown and empty parameters are ignored - RFC 6749 3.1", async () => {
  const client = await registerClient()
  const changes = {
    "unheard-of": "1",
    display: "popup",
    ui_locales: "de",
    claims: "{}",
    nonce: "",
    prompt: "",
    max_age: "",
    resource: "",
    request: "",
    response_mode: "",
  }
  expectCode(await authorize(await openBrowser(await insertUser()), client, makePkce(), changes))
  expect(readInteraction(await authorize(await openBrowser(), client, makePkce(), changes)).path).toBe("/sign-in")
})
