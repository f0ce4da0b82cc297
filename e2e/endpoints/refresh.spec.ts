import { randomBytes } from "node:crypto"
import { decodeJwt } from "jose"
import { disableUser } from "@/lib/accounts/users"
import { changeClient } from "@/lib/clients/registration"
import { changeSession, changeUser, readSession } from "../fixtures/rows"
import { remember } from "../fixtures/secrets"
import {
  expect,
  expectOAuthError,
  insertUser,
  isActive,
  obtainTokens,
  postForm,
  readTokens,
  registerClient,
  type TestClient,
  type Tokens,
  test,
} from "../fixtures/world"

const fromNow = (seconds: number) => new Date(Date.now() + seconds * 1000)

async function begin(metadata = {}, changes: Record<string, string> = {}) {
  const client = await registerClient(metadata)
  const user = await insertUser()
  const tokens = await obtainTokens(client, user, changes)
  const [sessionId = ""] = tokens.refresh_token.split(".")
  return { client, user, tokens, sessionId }
}

function refresh(client: TestClient, refresh_token: string, changes: Record<string, string | undefined> = {}) {
  return postForm("/refresh", client, { grant_type: "refresh_token", refresh_token, ...changes })
}

/** Nothing about the Session has changed, and the client that it belongs to still refreshes it. */
async function expectUntouched(client: TestClient, tokens: Tokens): Promise<void> {
  const [sessionId = ""] = tokens.refresh_token.split(".")
  expect(await readSession(sessionId)).toMatchObject({ revokedAt: null, rotations: 0 })
  expect(await isActive(tokens.access_token)).toBe(true)
  expect((await refresh(client, tokens.refresh_token)).status).toBe(200)
}

test("POST /refresh and grant_type=refresh_token at POST /token answer alike - RFC 6749 6", async () => {
  const { client, tokens, sessionId } = await begin()
  let { refresh_token } = tokens
  for (const path of ["/token", "/refresh", "/token", "/refresh"]) {
    const response = await postForm(path, client, { grant_type: "refresh_token", refresh_token })
    expect(response.headers.get("cache-control")).toBe("no-store")
    const next = await readTokens(response)
    expect(next).toEqual({
      access_token: expect.any(String),
      token_type: "Bearer",
      expires_in: 600,
      refresh_token: expect.stringMatching(
        new RegExp(`^${sessionId}\\.[1-4]\\.[A-Za-z0-9_-]{43}\\.[A-Za-z0-9_-]{22}$`),
      ),
      scope: "openid profile email",
    })
    expect(next.refresh_token).not.toBe(refresh_token)
    expect(await isActive(next.access_token)).toBe(true)
    refresh_token = next.refresh_token
  }
  expect(await readSession(sessionId)).toMatchObject({ revokedAt: null, rotations: 4 })
})

test("each kind of client refreshes - RFC 6749 2.3.1, 6", async () => {
  for (const tokenEndpointAuthMethod of ["client_secret_basic", "client_secret_post", "none"]) {
    const { client, tokens } = await begin({ tokenEndpointAuthMethod })
    expect((await refresh(client, tokens.refresh_token)).status, tokenEndpointAuthMethod).toBe(200)
  }
})

test("a client that lost the answer asks again and gets the very same next token - OAuth 2.1 4.3.1", async () => {
  const { client, tokens, sessionId } = await begin()
  const first = await readTokens(await refresh(client, tokens.refresh_token))
  for (const path of ["/refresh", "/token"]) {
    const form = { grant_type: "refresh_token", refresh_token: tokens.refresh_token }
    const again = await readTokens(await postForm(path, client, form))
    expect(again.refresh_token).toBe(first.refresh_token)
    expect(await isActive(again.access_token)).toBe(true)
  }
  expect(await readSession(sessionId)).toMatchObject({ revokedAt: null, rotations: 1 })
  expect((await refresh(client, first.refresh_token)).status).toBe(200)
})

test("once the next token was used, the one before is a replay: the Session ends, and that is committed - OAuth 2.1 4.3.1", async () => {
  for (const tokenEndpointAuthMethod of ["client_secret_basic", "none"]) {
    const { client, tokens, sessionId } = await begin({ tokenEndpointAuthMethod })
    const second = await readTokens(await refresh(client, tokens.refresh_token))
    const third = await readTokens(await refresh(client, second.refresh_token))
    await expectOAuthError(await refresh(client, tokens.refresh_token), "invalid_grant")
    expect(await readSession(sessionId)).toMatchObject({
      revokedAt: expect.any(Date),
      revokedReason: "refresh_token_replayed",
    })
    for (const { access_token } of [tokens, second, third]) expect(await isActive(access_token)).toBe(false)
    await expectOAuthError(await refresh(client, third.refresh_token), "invalid_grant")
  }
})

test("after the retry period, the previous token is a replay - OAuth 2.1 4.3.1", async () => {
  const { client, tokens, sessionId } = await begin()
  const next = await readTokens(await refresh(client, tokens.refresh_token))
  await changeSession(sessionId, { rotatedAt: fromNow(-11) })
  await expectOAuthError(await refresh(client, tokens.refresh_token), "invalid_grant")
  expect(await readSession(sessionId)).toMatchObject({ revokedReason: "refresh_token_replayed" })
  expect(await isActive(next.access_token)).toBe(false)
})

test("a token of many rotations ago is a replay as well - OAuth 2.1 4.3.1", async () => {
  for (const rotations of [12, 6_123]) {
    const { client, tokens, sessionId } = await begin()
    let latest = tokens
    for (let i = 0; i < 12; i++) latest = await readTokens(await refresh(client, latest.refresh_token))
    await changeSession(sessionId, { rotations })
    await expectOAuthError(await refresh(client, tokens.refresh_token), "invalid_grant")
    expect(await readSession(sessionId)).toMatchObject({ revokedReason: "refresh_token_replayed", rotations })
  }
})

test("a made-up token with the id of a real Session ends nothing - OAuth 2.1 4.3.1", async () => {
  const { client, tokens, sessionId } = await begin()
  const [, , secret = "", tag = ""] = tokens.refresh_token.split(".")
  const next = await readTokens(await refresh(client, tokens.refresh_token))
  const random = randomBytes(32).toString("base64url")
  const madeUp = [random, `0.${random}.${tag}`, `0.${secret}.${random.slice(0, 22)}`, `1.${secret}.${tag}`, secret]
  for (const wrong of madeUp) await expectOAuthError(await refresh(client, `${sessionId}.${wrong}`), "invalid_grant")
  expect(await readSession(sessionId)).toMatchObject({ revokedAt: null, rotations: 1 })
  expect((await refresh(client, next.refresh_token)).status).toBe(200)
})

test("a malformed or unknown token is refused - RFC 6749 5.2", async () => {
  const { client, tokens, sessionId } = await begin()
  const [, , secret = "", tag = ""] = tokens.refresh_token.split(".")
  const wrong = [
    "x",
    ".",
    sessionId,
    secret,
    `${sessionId}.`,
    `.${secret}`,
    `${"A".repeat(22)}.0.${secret}.${tag}`,
    `${sessionId}.00.${secret}.${tag}`,
    tokens.access_token,
    `${tokens.refresh_token}x`,
    `${tokens.refresh_token}.x`,
    ` ${tokens.refresh_token}`,
    `${sessionId}.${sessionId}`,
    "é",
    "x".repeat(20_000),
  ]
  for (const token of wrong) await expectOAuthError(await refresh(client, token), "invalid_grant")
  for (const token of [undefined, ""])
    await expectOAuthError(await postForm("/refresh", client, { refresh_token: token }), "invalid_request")
  await expectUntouched(client, tokens)
})

test("another client's token, current or old, is refused and nothing changes - RFC 6749 6", async () => {
  const { client, tokens, sessionId } = await begin()
  const others = [await registerClient(), await registerClient({ tokenEndpointAuthMethod: "none" })]
  for (const other of others) await expectOAuthError(await refresh(other, tokens.refresh_token), "invalid_grant")
  const next = await readTokens(await refresh(client, tokens.refresh_token))
  const last = await readTokens(await refresh(client, next.refresh_token))
  for (const other of others) await expectOAuthError(await refresh(other, tokens.refresh_token), "invalid_grant")
  expect(await readSession(sessionId)).toMatchObject({ revokedAt: null, rotations: 2 })
  expect((await refresh(client, last.refresh_token)).status).toBe(200)
})

test("a wrong secret is refused and nothing changes - RFC 6749 5.2", async () => {
  const { client, tokens } = await begin()
  const clientSecret = remember(randomBytes(32).toString("base64url"))
  await expectOAuthError(await refresh({ ...client, clientSecret }, tokens.refresh_token), "invalid_client", 401)
  await expectOAuthError(
    await postForm("/refresh", null, { refresh_token: tokens.refresh_token, client_id: client.clientId }),
    "invalid_client",
    401,
  )
  await expectUntouched(client, tokens)
})

test("a wider or malformed scope is refused and nothing changes - RFC 6749 6", async () => {
  const { client, tokens } = await begin({}, { scope: "openid email" })
  for (const scope of ["openid email profile", "profile", "unheard-of", "openid\temail", '"', "é", "   "])
    expect((await refresh(client, tokens.refresh_token, { scope })).status, scope).toBe(400)
  await expectOAuthError(await refresh(client, tokens.refresh_token, { scope: "openid profile" }), "invalid_scope")
  await expectUntouched(client, tokens)
})

test("a narrower scope is for the new access token alone; the refresh token keeps its own - RFC 6749 6, OAuth 2.1 4.3.3", async () => {
  const { client, tokens } = await begin()
  const narrowed = await readTokens(await refresh(client, tokens.refresh_token, { scope: "email openid" }))
  expect(narrowed.scope).toBe("email openid")
  expect(decodeJwt(narrowed.access_token).scope).toBe("email openid")
  const full = await readTokens(await refresh(client, narrowed.refresh_token))
  expect(full.scope).toBe("openid profile email")
})

test("a scope that was withdrawn from the client is no longer in its new access tokens - RFC 6749 3.3, 6", async () => {
  const { client, tokens } = await begin({ scope: "openid email notes" }, { scope: "openid email notes" })
  await changeClient(client.clientId, { scope: "openid email" })
  await expectOAuthError(await refresh(client, tokens.refresh_token, { scope: "openid notes" }), "invalid_scope")
  const next = await readTokens(await refresh(client, tokens.refresh_token))
  expect(next.scope).toBe("openid email")
  expect(decodeJwt(next.access_token).scope).toBe("openid email")
})

test("a resource is one of those granted, for the new access token alone - RFC 8707 2.2", async () => {
  const { client, tokens } = await begin({}, { resource: "https://a.example" })
  const wrong = ["https://b.example", "notes", "https://a.example#x"]
  for (const resource of wrong)
    await expectOAuthError(await refresh(client, tokens.refresh_token, { resource }), "invalid_target")
  const next = await readTokens(await refresh(client, tokens.refresh_token, { resource: "https://a.example" }))
  expect(decodeJwt(next.access_token).aud).toBe("https://a.example")
})

test("a Session past its idle or absolute end is not refreshed - OAuth 2.1 4.3.3", async () => {
  for (const end of ["idleExpiresAt", "expiresAt"]) {
    const { client, tokens, sessionId } = await begin()
    await changeSession(sessionId, { [end]: fromNow(-1) })
    expect(await isActive(tokens.access_token), end).toBe(false)
    await expectOAuthError(await refresh(client, tokens.refresh_token), "invalid_grant")
    expect(await readSession(sessionId)).toMatchObject({ rotations: 0, revokedAt: null })
  }
})

test("a Session is not refreshed in its last second: no time would be left - RFC 6749 5.1", async () => {
  const { client, tokens, sessionId } = await begin()
  await changeSession(sessionId, { expiresAt: new Date(Math.floor(Date.now() / 1000) * 1000 + 999) })
  await expectOAuthError(await refresh(client, tokens.refresh_token), "invalid_grant")
  expect(await readSession(sessionId)).toMatchObject({ rotations: 0, revokedAt: null })
})

test("refreshing moves the idle end forward, never past the absolute end, which stays - OAuth 2.1 4.3.3", async () => {
  const { client, tokens, sessionId } = await begin()
  const before = await readSession(sessionId)
  await changeSession(sessionId, { idleExpiresAt: fromNow(60) })
  const next = await readTokens(await refresh(client, tokens.refresh_token))
  const moved = await readSession(sessionId)
  expect(moved.idleExpiresAt.getTime()).toBeGreaterThanOrEqual(before.idleExpiresAt.getTime())
  expect(moved.expiresAt).toEqual(before.expiresAt)

  const end = fromNow(3600)
  await changeSession(sessionId, { expiresAt: end, idleExpiresAt: fromNow(60) })
  await readTokens(await refresh(client, next.refresh_token))
  expect(await readSession(sessionId)).toMatchObject({ expiresAt: end, idleExpiresAt: end })
})

test("asking again for a lost answer does not lengthen the Session - OAuth 2.1 4.3.3", async () => {
  const { client, tokens, sessionId } = await begin()
  await readTokens(await refresh(client, tokens.refresh_token))
  const before = await readSession(sessionId)
  await readTokens(await refresh(client, tokens.refresh_token))
  expect(await readSession(sessionId)).toEqual(before)
})

test("a User who is disabled, or whose password has changed, is not refreshed, whatever the state of their Sessions - OAuth 2.1 4.3.1", async () => {
  for (const column of ["disabledAt", "signInsCountFrom"]) {
    const { client, user, tokens, sessionId } = await begin()
    await changeUser(user.id, { [column]: fromNow(1) })
    await expectOAuthError(await refresh(client, tokens.refresh_token), "invalid_grant")
    expect(await isActive(tokens.access_token)).toBe(false)
    expect(await readSession(sessionId)).toMatchObject({ rotations: 0, revokedAt: null })
  }
})

test("a revoked Session, and that of a disabled user, is not refreshed - RFC 7009 2", async () => {
  const revoked = await begin()
  expect((await postForm("/revoke", revoked.client, { token: revoked.tokens.refresh_token })).status).toBe(200)
  const disabled = await begin()
  await disableUser(disabled.user.id)
  for (const { client, tokens } of [revoked, disabled])
    await expectOAuthError(await refresh(client, tokens.refresh_token), "invalid_grant")
})

test("a client that lost the grant type may not refresh - RFC 6749 5.2", async () => {
  const { client, tokens } = await begin()
  await changeClient(client.clientId, { grantTypes: ["authorization_code"] })
  await expectOAuthError(await refresh(client, tokens.refresh_token), "unauthorized_client")
  await changeClient(client.clientId, { grantTypes: ["authorization_code", "refresh_token"] })
  await expectUntouched(client, tokens)
})
