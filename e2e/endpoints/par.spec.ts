import { decodeJwt } from "jose"
import { expectCode, expectErrorPage, expectErrorRedirect, readInteraction } from "../fixtures/authorization"
import { testEnvironment } from "../fixtures/environment"
import { remember } from "../fixtures/secrets"
import {
  authorizationParameters,
  expect,
  expectOAuthError,
  insertUser,
  makePkce,
  openBrowser,
  postForm,
  readTokens,
  redeem,
  registerClient,
  type TestBrowser,
  type TestClient,
  test,
} from "../fixtures/world"

const prefix = "urn:ietf:params:oauth:request_uri:"

function push(client: TestClient, changes: Record<string, string | undefined> = {}, pkce = makePkce()) {
  const { client_id, ...form } = Object.fromEntries(authorizationParameters(client, pkce.codeChallenge, {}))
  return postForm("/par", client, { ...form, ...changes })
}

async function readRequestUri(response: Response): Promise<string> {
  expect(response.status).toBe(201)
  expect(response.headers.get("cache-control")).toBe("no-store")
  const { request_uri, ...rest } = (await response.json()) as { request_uri: string }
  expect(rest).toEqual({ expires_in: 90 })
  expect(request_uri.startsWith(prefix)).toBe(true)
  return remember(request_uri)
}

const visit = (browser: TestBrowser, parameters: Record<string, string>) =>
  browser.fetch(`/authorize?${new URLSearchParams(parameters)}`)

test("a pushed request gets a request_uri that starts the authorization - RFC 9126 2.2, 4", async () => {
  for (const tokenEndpointAuthMethod of ["client_secret_basic", "client_secret_post", "private_key_jwt", "none"]) {
    const client = await registerClient({ tokenEndpointAuthMethod })
    const pkce = makePkce()
    const request_uri = await readRequestUri(await push(client, { scope: "openid" }, pkce))
    const browser = await openBrowser(await insertUser())
    const code = expectCode(await visit(browser, { client_id: client.clientId, request_uri }))
    const tokens = await readTokens(await redeem(client, { code, ...pkce }))
    expect(tokens).toMatchObject({ scope: "openid" })
  }
})

test("parameters beside the request_uri change nothing - RFC 9126 4", async () => {
  const client = await registerClient()
  const pkce = makePkce()
  const nonce = "n".repeat(384)
  const request_uri = await readRequestUri(await push(client, { nonce }, pkce))
  const changes = {
    redirect_uri: "https://elsewhere.example/",
    state: "another",
    nonce: "another",
    scope: "email",
    response_type: "token",
  }
  const code = expectCode(
    await visit(await openBrowser(await insertUser()), { client_id: client.clientId, request_uri, ...changes }),
  )
  const { id_token, scope } = await readTokens(await redeem(client, { code, ...pkce }))
  expect(decodeJwt(id_token ?? "").nonce).toBe(nonce)
  expect(scope).toBe("openid profile email")
})

test("a state beside the request_uri is not one of the pushed request - RFC 9126 4", async () => {
  const client = await registerClient()
  const request_uri = await readRequestUri(await push(client, { state: undefined }))
  const browser = await openBrowser(await insertUser())
  const answer = await visit(browser, { client_id: client.clientId, request_uri, state: "another" })
  expectCode(answer, { state: null })
})

test("/par takes POST alone - RFC 9126 2.1", async () => {
  for (const method of ["GET", "PUT", "DELETE"]) {
    const response = await fetch(new URL("/par", testEnvironment().issuer), { method })
    await expectOAuthError(response, "invalid_request", 405)
    expect(response.headers.get("allow")).toBe("POST")
  }
})

test("a request_uri makes one code, in any number of browsers - RFC 9126 2.2", async () => {
  const client = await registerClient()
  const request_uri = await readRequestUri(await push(client))
  const parameters = { client_id: client.clientId, request_uri }
  expectCode(await visit(await openBrowser(await insertUser()), parameters))
  expect(readInteraction(await visit(await openBrowser(), parameters)).path).toBe("/sign-in")
  const again = await visit(await openBrowser(await insertUser()), parameters)
  await expectErrorPage(again, { title: "This link was already used" })
})

test("a request_uri that is altered, or another client's, is an error page - RFC 9126 4", async () => {
  const client = await registerClient()
  const other = await registerClient()
  const request_uri = await readRequestUri(await push(client))
  const browser = await openBrowser(await insertUser())
  for (const parameters of [
    { client_id: client.clientId, request_uri: `${request_uri.slice(0, -4)}AAAA` },
    { client_id: client.clientId, request_uri: `${prefix}x` },
    { client_id: other.clientId, request_uri },
    { client_id: "", request_uri },
  ]) {
    const page = await expectErrorPage(await visit(browser, parameters))
    expect(page).toContain("invalid_request_uri")
  }
})

test("a pushed request is checked like one at /authorize, and its errors are JSON - RFC 9126 2.3", async () => {
  const client = await registerClient()
  for (const [error, changes] of [
    ["invalid_request", { redirect_uri: "https://elsewhere.example/" }],
    ["invalid_request", { redirect_uri: undefined }],
    ["invalid_request", { code_challenge: undefined }],
    ["invalid_request", { request_uri: `${prefix}x` }],
    ["unsupported_response_type", { response_type: "token" }],
    ["invalid_scope", { scope: "unheard-of" }],
  ] as const)
    await expectOAuthError(await push(client, changes), error)
  await expectOAuthError(
    await push({ ...client, clientSecret: remember("a wrong secret of no client") }),
    "invalid_client",
    401,
  )
})

test("a client that is registered for pushed requests has no others - RFC 9126 5", async () => {
  const client = await registerClient({ requirePushedRequests: true })
  const browser = await openBrowser(await insertUser())
  const { codeChallenge } = makePkce()
  const direct = await browser.fetch(`/authorize?${authorizationParameters(client, codeChallenge, {})}`)
  expectErrorRedirect(direct, "invalid_request")
  const request_uri = await readRequestUri(await push(client))
  expectCode(await visit(browser, { client_id: client.clientId, request_uri }))
})
