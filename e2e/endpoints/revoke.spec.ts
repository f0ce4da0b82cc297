import { testEnvironment } from "../fixtures/environment"
import { issueExpiredAccessToken } from "../fixtures/expired-token"
import { readSession } from "../fixtures/rows"
import {
  expect,
  expectOAuthError,
  insertUser,
  isActive,
  obtainCode,
  obtainTokens,
  postForm,
  readTokens,
  registerClient,
  type TestClient,
  type Tokens,
  test,
} from "../fixtures/world"

const sessionIdOf = ({ refresh_token }: Tokens) => refresh_token.split(".")[0] ?? ""

/** POST /revoke that answers as for every token: 200, and an empty object. */
async function revoke(client: TestClient, token: string, changes: Record<string, string> = {}): Promise<void> {
  const response = await postForm("/revoke", client, { token, ...changes })
  expect(await response.text()).toBe("{}")
  expect(response.headers.get("content-type")).toBe("application/json")
  expect(response.status).toBe(200)
  expect(response.headers.get("cache-control")).toBe("no-store")
}

async function expectEnded(client: TestClient, tokens: Tokens): Promise<void> {
  expect(await readSession(sessionIdOf(tokens))).toMatchObject({
    revokedAt: expect.any(Date),
    revokedReason: "revoked_by_client",
  })
  expect(await isActive(tokens.access_token)).toBe(false)
  await expectOAuthError(await postForm("/refresh", client, { refresh_token: tokens.refresh_token }), "invalid_grant")
}

async function expectAlive(client: TestClient, tokens: Tokens): Promise<void> {
  expect(await readSession(sessionIdOf(tokens))).toMatchObject({ revokedAt: null })
  expect(await isActive(tokens.access_token)).toBe(true)
  expect((await postForm("/refresh", client, { refresh_token: tokens.refresh_token })).status).toBe(200)
}

test("a refresh token or an access token, of any kind of client, ends the whole Session - RFC 7009 2.1", async () => {
  const user = await insertUser()
  for (const tokenEndpointAuthMethod of ["client_secret_basic", "client_secret_post", "none"]) {
    for (const kind of ["refresh_token", "access_token"] as const) {
      const client = await registerClient({ tokenEndpointAuthMethod })
      const tokens = await obtainTokens(client, user)
      await revoke(client, tokens[kind])
      await expectEnded(client, tokens)
    }
  }
})

test("the token before the current one ends the Session too, and so does an older one - RFC 7009 2.1", async () => {
  const user = await insertUser()
  const client = await registerClient()
  for (const rotations of [1, 3]) {
    const first = await obtainTokens(client, user)
    let latest = first
    for (let i = 0; i < rotations; i++)
      latest = await readTokens(await postForm("/refresh", client, { refresh_token: latest.refresh_token }))
    await revoke(client, first.refresh_token)
    await expectEnded(client, latest)
  }
})

test("an expired access token still ends its Session - RFC 7009 2.1", async () => {
  const client = await registerClient()
  const tokens = await obtainTokens(client, await insertUser())
  await revoke(client, await issueExpiredAccessToken(tokens))
  await expectEnded(client, tokens)
})

test("a hint, right or wrong, changes nothing - RFC 7009 2.1", async () => {
  const user = await insertUser()
  const client = await registerClient()
  for (const token_type_hint of ["access_token", "refresh_token", "unheard-of", ""]) {
    for (const kind of ["refresh_token", "access_token"] as const) {
      const tokens = await obtainTokens(client, user)
      await revoke(client, tokens[kind], { token_type_hint })
      await expectEnded(client, tokens)
    }
  }
})

test("another client's token gets the same response, and stays valid - RFC 7009 2.1", async () => {
  const user = await insertUser()
  const client = await registerClient()
  const tokens = await obtainTokens(client, user)
  for (const tokenEndpointAuthMethod of ["client_secret_basic", "client_secret_post", "none"]) {
    const another = await registerClient({ tokenEndpointAuthMethod })
    await revoke(another, tokens.refresh_token)
    await revoke(another, tokens.access_token)
  }
  await expectAlive(client, tokens)
})

test("an unknown or malformed token is answered with 200 - RFC 7009 2.2", async () => {
  const client = await registerClient()
  for (const token of ["x", ".", "é", "a.b.c", `${"A".repeat(22)}.${"A".repeat(43)}`, "x".repeat(20_000)])
    await revoke(client, token)
})

test("what only looks like a token of the Session ends nothing - RFC 7009 2.1", async () => {
  const user = await insertUser()
  const client = await registerClient()
  const tokens = await obtainTokens(client, user)
  const [header, payload] = tokens.access_token.split(".")
  const unsigned = Buffer.from('{"alg":"none","typ":"at+jwt"}').toString("base64url")
  const madeUp = [
    sessionIdOf(tokens),
    `${sessionIdOf(tokens)}.${"A".repeat(43)}`,
    `${header}.${payload}.`,
    `${unsigned}.${payload}.`,
    `${header}.${payload}.${"A".repeat(86)}`,
    tokens.id_token ?? "",
    `${tokens.refresh_token}x`,
  ]
  for (const token of madeUp) await revoke(client, token)
  await expectAlive(client, tokens)
})

test("revoking twice is no error - RFC 7009 2.2", async () => {
  const client = await registerClient()
  const tokens = await obtainTokens(client, await insertUser())
  await revoke(client, tokens.refresh_token)
  const { revokedAt } = await readSession(sessionIdOf(tokens))
  await revoke(client, tokens.refresh_token)
  await revoke(client, tokens.access_token)
  expect((await readSession(sessionIdOf(tokens))).revokedAt).toEqual(revokedAt)
})

test("the user's other Sessions live on, at this client and at others - RFC 7009 2.1", async () => {
  const user = await insertUser()
  const client = await registerClient()
  const another = await registerClient()
  const [tokens, same, other] = [
    await obtainTokens(client, user),
    await obtainTokens(client, user),
    await obtainTokens(another, user),
  ]
  await revoke(client, tokens.access_token)
  await expectEnded(client, tokens)
  await expectAlive(client, same)
  await expectAlive(another, other)
})

test("without the client's authentication, or with a wrong secret, nothing ends - RFC 7009 2.1", async () => {
  const client = await registerClient()
  const another = await registerClient()
  const tokens = await obtainTokens(client, await insertUser())
  await expectOAuthError(await postForm("/revoke", null, { token: tokens.refresh_token }), "invalid_client", 401)
  await expectOAuthError(
    await postForm("/revoke", null, { token: tokens.refresh_token, client_id: client.clientId }),
    "invalid_client",
    401,
  )
  await expectOAuthError(
    await postForm("/revoke", { ...client, clientSecret: another.clientSecret }, { token: tokens.refresh_token }),
    "invalid_client",
    401,
  )
  await expectAlive(client, tokens)
})

test("the token must be there - RFC 7009 2.1", async () => {
  const client = await registerClient()
  for (const token of [undefined, ""])
    await expectOAuthError(await postForm("/revoke", client, { token }), "invalid_request")
})

test("a code is not a token, and remains valid - RFC 7009 2.1", async () => {
  const client = await registerClient()
  const { code, codeVerifier } = await obtainCode(client, await insertUser())
  await revoke(client, code)
  const form = { grant_type: "authorization_code", code, code_verifier: codeVerifier }
  expect((await postForm("/token", client, form)).status).toBe(200)
})

test("every instance sees a revocation immediately - RFC 7009 2", async () => {
  const client = await registerClient()
  const tokens = await obtainTokens(client, await insertUser())
  for (const baseUrl of testEnvironment().issuers) expect(await isActive(tokens.access_token, baseUrl)).toBe(true)
  await revoke(client, tokens.refresh_token)
  for (const baseUrl of testEnvironment().issuers) {
    expect(await isActive(tokens.access_token, baseUrl)).toBe(false)
    const again = await postForm("/refresh", client, { refresh_token: tokens.refresh_token }, { baseUrl })
    await expectOAuthError(again, "invalid_grant")
  }
})
