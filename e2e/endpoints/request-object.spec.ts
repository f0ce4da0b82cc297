import { type JWTPayload, SignJWT } from "jose"
import { expectCode, expectErrorPage, expectErrorRedirect } from "../fixtures/authorization"
import { testEnvironment } from "../fixtures/environment"
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
  redirectUri,
  registerClient,
  type TestClient,
  test,
} from "../fixtures/world"

/** It has two redirect URIs, so that a request must name one. */
const keyClient = () =>
  registerClient({
    tokenEndpointAuthMethod: "private_key_jwt",
    redirectUris: [redirectUri, "https://client.example/other"],
  })

/** A signed request object, RFC 9101 section 4, with the parameters of a valid request. */
function sign(client: TestClient, pkce = makePkce(), claims: JWTPayload = {}) {
  if (!client.privateKey) throw new Error("The client has no key.")
  const now = Math.floor(Date.now() / 1000)
  const own = { iss: client.clientId, aud: testEnvironment().issuer, iat: now, exp: now + 60 }
  const parameters = Object.fromEntries(authorizationParameters(client, pkce.codeChallenge))
  return new SignJWT({ ...own, ...parameters, ...claims })
    .setProtectedHeader({ alg: "ES256", typ: "oauth-authz-req+jwt" })
    .sign(client.privateKey)
}

async function visit(client: TestClient, parameters: Record<string, string>) {
  const browser = await openBrowser(await insertUser())
  return browser.fetch(`/authorize?${new URLSearchParams({ client_id: client.clientId, ...parameters })}`)
}

test("a signed request object is an authorization request - RFC 9101 4, 5, 6.3", async () => {
  const client = await keyClient()
  const pkce = makePkce()
  const request = await sign(client, pkce, { max_age: 600, claims: { userinfo: { email: null } } })
  const code = expectCode(await visit(client, { request }))
  await readTokens(await redeem(client, { code, ...pkce }))
  const pushed = await postForm("/par", client, { request: await sign(client) })
  expect(pushed.status).toBe(201)
  const { request_uri } = (await pushed.json()) as { request_uri: string }
  expectCode(await visit(client, { request_uri }))
})

test("parameters beside a request object change nothing - RFC 9101 6.3", async () => {
  const client = await keyClient()
  const request = await sign(client, makePkce(), { state: "the-client-s-state", scope: "openid" })
  expectCode(
    await visit(client, { request, state: "another", scope: "email", redirect_uri: "https://elsewhere.example/" }),
  )
})

test("a request object may be used again while it is valid, also one with a jti - RFC 9101 4", async () => {
  const client = await keyClient()
  const request = await sign(client, makePkce(), { jti: crypto.randomUUID() })
  const browser = await openBrowser(await insertUser())
  const url = `/authorize?${new URLSearchParams({ client_id: client.clientId, request })}`
  const codes = [expectCode(await browser.fetch(url)), expectCode(await browser.fetch(url))]
  expect(codes[0]).not.toBe(codes[1])
  for (const _ of codes) expect((await postForm("/par", client, { request })).status).toBe(201)
})

test("a request object that fails a check is refused - RFC 9101 4, 6.2, 10.8", async () => {
  const client = await keyClient()
  const other = await keyClient()
  const wrong: (string | Promise<string>)[] = [
    "not a JWT",
    sign(other),
    sign(client, makePkce(), { client_id: other.clientId }),
    sign(client, makePkce(), { request: "x" }),
    sign(client, makePkce(), { request_uri: "https://client.example/x" }),
  ]
  for (const request of wrong) {
    const parameters = { request: await request }
    await expectErrorPage(await visit(client, parameters))
    const beside = await visit(client, { ...parameters, redirect_uri: redirectUri, state: "s" })
    await expectErrorRedirect(beside, "invalid_request_object", { state: "s" })
    await expectOAuthError(await postForm("/par", client, parameters), "invalid_request_object")
  }
  const withoutKey = await registerClient({ redirectUris: client.redirectUris })
  await expectErrorPage(await visit(withoutKey, { request: await sign(client) }))
})

test("an unregistered redirect URI in a request object is never redirected to - RFC 9101 6.3", async () => {
  const client = await keyClient()
  const request = await sign(client, makePkce(), { redirect_uri: "https://elsewhere.example/" })
  await expectErrorPage(await visit(client, { request, redirect_uri: redirectUri }))
})
