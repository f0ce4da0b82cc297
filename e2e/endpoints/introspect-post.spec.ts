import { createRemoteJWKSet, jwtVerify } from "jose"
import { disableUser } from "@/lib/accounts/users"
import { registerClient as register } from "@/lib/clients/registration"
import { testEnvironment } from "../fixtures/environment"
import { issueExpiredAccessToken } from "../fixtures/expired-token"
import { changeSession } from "../fixtures/rows"
import { remember } from "../fixtures/secrets"
import {
  expect,
  expectOAuthError,
  insertUser,
  obtainCode,
  obtainTokens,
  postForm,
  readTokens,
  registerClient,
  type TestClient,
  test,
} from "../fixtures/world"

const inactive = { active: false }

async function introspect(client: TestClient, token: string, changes: Record<string, string> = {}) {
  const response = await postForm("/introspect", client, { token, ...changes })
  expect(response.status).toBe(200)
  expect(response.headers.get("cache-control")).toBe("no-store")
  return response.json()
}

test("POST shows a confidential client its own access token - RFC 7662 2.2", async () => {
  const user = await insertUser()
  for (const tokenEndpointAuthMethod of ["client_secret_basic", "client_secret_post"]) {
    const client = await registerClient({ tokenEndpointAuthMethod })
    const tokens = await obtainTokens(client, user)
    const answer = await introspect(client, tokens.access_token)
    expect(answer).toEqual({
      active: true,
      token_type: "Bearer",
      iss: testEnvironment().issuer,
      sub: user.id,
      aud: testEnvironment().issuer,
      client_id: client.clientId,
      scope: "openid profile email",
      sid: tokens.refresh_token.split(".")[0],
      auth_time: expect.any(Number),
      jti: expect.any(String),
      iat: expect.any(Number),
      exp: answer.iat + 600,
    })
  }
})

test("POST shows a client its own refresh token, with its own end - RFC 7662 2.2", async () => {
  const client = await registerClient()
  const user = await insertUser()
  const tokens = await obtainTokens(client, user)
  const answer = await introspect(client, tokens.refresh_token)
  expect(answer).toEqual({
    active: true,
    iss: testEnvironment().issuer,
    sub: user.id,
    client_id: client.clientId,
    scope: "openid profile email",
    sid: tokens.refresh_token.split(".")[0],
    iat: expect.any(Number),
    exp: expect.any(Number),
  })
  expect(answer.exp - answer.iat).toBeGreaterThan(29 * 86_400)
  await readTokens(await postForm("/refresh", client, { refresh_token: tokens.refresh_token }))
  expect(await introspect(client, tokens.refresh_token)).toEqual(inactive)
})

test("POST returns only active=false for a token that is inactive or unknown - RFC 7662 2.2", async () => {
  const client = await registerClient()
  const user = await insertUser()
  const tokens = await obtainTokens(client, user)
  const { code } = await obtainCode(client, user)
  const expired = await issueExpiredAccessToken(tokens)
  const revoked = await obtainTokens(client, user)
  await postForm("/revoke", client, { token: revoked.access_token })
  const ended = await obtainTokens(client, user)
  await changeSession(ended.refresh_token.split(".")[0] ?? "", { expiresAt: new Date(Date.now() - 1000) })
  const gone = await insertUser()
  const disabled = await obtainTokens(client, gone)
  await disableUser(gone.id)
  const wrong = [
    "x",
    ".",
    "é",
    "a.b.c",
    code,
    tokens.id_token ?? "",
    expired,
    `${tokens.access_token}x`,
    client.clientSecret ?? "",
    `${tokens.refresh_token.split(".")[0]}.${"A".repeat(43)}`,
    "x".repeat(20_000),
    ...[revoked, ended, disabled].flatMap(({ access_token, refresh_token }) => [access_token, refresh_token]),
  ]
  for (const token of wrong) expect(await introspect(client, token), token.slice(0, 60)).toEqual(inactive)
})

test("POST hides a client's tokens from other clients, and those of public clients too - RFC 7662 4", async () => {
  const user = await insertUser()
  const another = await registerClient()
  for (const tokenEndpointAuthMethod of ["client_secret_basic", "none"]) {
    const tokens = await obtainTokens(await registerClient({ tokenEndpointAuthMethod }), user)
    for (const token of [tokens.access_token, tokens.refresh_token, tokens.id_token ?? ""])
      expect(await introspect(another, token)).toEqual(inactive)
  }
})

test("a resource server sees tokens that name it, by its resources or its client_id, and those of no narrower audience - RFC 7662 4, RFC 9068 4", async () => {
  const user = await insertUser()
  const client = await registerClient()
  const id = `urn:example:notes-${Date.now()}-${testEnvironment().provider}`
  const metadata = { clientName: "Notes API", redirectUris: [], resourceServer: true }
  const registered = await register({ ...metadata, resources: ["https://notes.example", "https://more.example"] }, id)
  const notes: TestClient = { ...registered.client, clientSecret: remember(registered.clientSecret) }
  const other = await registerClient({ ...metadata, resources: ["https://other.example"] })
  // Equal by RFC 3986 section 6.2, in each spelling.
  const spellings = ["https://notes.example/", "https://NOTES.example", "https://notes.example:443"]
  const seen = [undefined, "https://notes.example", "https://more.example", id, ...spellings]
  for (const resource of seen) {
    const { access_token } = await obtainTokens(client, user, { resource })
    expect(await introspect(notes, access_token), String(resource)).toMatchObject({
      active: true,
      client_id: client.clientId,
    })
    expect(await introspect(other, access_token), String(resource)).toMatchObject({ active: resource === undefined })
  }
  for (const resource of ["https://elsewhere.example", "https://notes.example/a", "http://notes.example"]) {
    const { access_token } = await obtainTokens(client, user, { resource })
    expect(await introspect(notes, access_token), resource).toEqual(inactive)
  }
})

test("a resource server does not see refresh tokens, nor tokens narrowed to another - RFC 7662 4", async () => {
  const user = await insertUser()
  const client = await registerClient()
  const notes = await registerClient({ redirectUris: [], resourceServer: true, resources: ["https://notes.example"] })
  const tokens = await obtainTokens(client, user, { resource: "https://notes.example" })
  expect(await introspect(notes, tokens.refresh_token)).toEqual(inactive)
  // The same resources, at a client that the operator did not register as a resource server.
  const pretender = await registerClient({ resources: ["https://notes.example"] })
  expect(await introspect(pretender, tokens.access_token)).toEqual(inactive)
})

test("scope and audience are those of the narrowed token - RFC 7662 2.2", async () => {
  const client = await registerClient()
  const tokens = await obtainTokens(client, await insertUser(), { resource: "https://notes.example" })
  const form = { refresh_token: tokens.refresh_token, scope: "openid" }
  const narrowed = await readTokens(await postForm("/refresh", client, form))
  expect(await introspect(client, narrowed.access_token)).toMatchObject({
    scope: "openid",
    aud: "https://notes.example",
  })
  expect(await introspect(client, narrowed.refresh_token)).toMatchObject({ scope: "openid profile email" })
})

test("POST returns the user's email address only where the scope allows it - RFC 7662 5", async () => {
  const user = await insertUser()
  const client = await registerClient()
  const { access_token, refresh_token } = await obtainTokens(client, user, { scope: "openid" })
  for (const token of [access_token, refresh_token])
    expect(JSON.stringify(await introspect(client, token))).not.toContain(user.email)
})

test("POST refuses a public client, which has proven nothing - RFC 7662 2.1", async () => {
  const client = await registerClient({ tokenEndpointAuthMethod: "none" })
  const { access_token } = await obtainTokens(client, await insertUser())
  await expectOAuthError(await postForm("/introspect", client, { token: access_token }), "invalid_client", 401)
})

test("a bearer token is no client authentication for POST - RFC 7662 2.1", async () => {
  const client = await registerClient()
  const { access_token } = await obtainTokens(client, await insertUser())
  const headers = { Authorization: `Bearer ${access_token}` }
  await expectOAuthError(
    await postForm("/introspect", null, { token: access_token }, { headers }),
    "invalid_client",
    401,
  )
})

test("the token must be there; a hint, right or wrong, changes nothing - RFC 7662 2.1", async () => {
  const client = await registerClient()
  const tokens = await obtainTokens(client, await insertUser())
  for (const token of [undefined, ""])
    await expectOAuthError(await postForm("/introspect", client, { token }), "invalid_request")
  for (const token_type_hint of ["access_token", "refresh_token", "unheard-of", ""])
    for (const token of [tokens.access_token, tokens.refresh_token])
      expect(await introspect(client, token, { token_type_hint })).toMatchObject({ active: true })
})

test("the response is a signed JWT for a client that asks for one - RFC 9701 4, 5", async () => {
  const { issuer } = testEnvironment()
  const keys = createRemoteJWKSet(new URL(`${issuer}/jwks`))
  for (const alg of ["RS256", "ES256"]) {
    const client = await registerClient({ idTokenSignedResponseAlg: alg })
    const { access_token } = await obtainTokens(client, await insertUser())
    const headers = { Accept: "application/token-introspection+jwt" }
    for (const [token, active] of [
      [access_token, true],
      ["unknown", false],
    ] as const) {
      const response = await postForm("/introspect", client, { token }, { headers })
      expect(response.headers.get("content-type")).toBe("application/token-introspection+jwt")
      const expected = { issuer, audience: client.clientId, typ: "token-introspection+jwt", algorithms: [alg] }
      const { payload } = await jwtVerify(remember(await response.text()) ?? "", keys, expected)
      expect(payload.token_introspection).toMatchObject({ active })
      expect(Object.keys(payload).sort()).toEqual(["aud", "iat", "iss", "token_introspection"])
    }
  }
})
