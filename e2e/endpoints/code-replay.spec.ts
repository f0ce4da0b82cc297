import { changeAuthCode, readSession } from "../fixtures/rows"
import {
  expect,
  expectOAuthError,
  insertUser,
  isActive,
  makePkce,
  obtainCode,
  postForm,
  readTokens,
  redeem,
  registerClient,
  test,
} from "../fixtures/world"

/** A code that has been redeemed, with its tokens and the id of its Session. */
async function redeemed(metadata = {}) {
  const client = await registerClient(metadata)
  const code = await obtainCode(client, await insertUser())
  const tokens = await readTokens(await redeem(client, code))
  const [sessionId = ""] = tokens.refresh_token.split(".")
  return { client, code, tokens, sessionId }
}

test("a code used again ends its Session, and the end is committed - RFC 6749 4.1.2, OAuth 2.1 7.5.2", async () => {
  for (const tokenEndpointAuthMethod of ["client_secret_basic", "none"]) {
    const { client, code, tokens, sessionId } = await redeemed({ tokenEndpointAuthMethod })
    expect(await readSession(sessionId)).toMatchObject({ startedAt: expect.any(Date), revokedAt: null })
    await expectOAuthError(await redeem(client, code), "invalid_grant")
    expect(await readSession(sessionId)).toMatchObject({ revokedAt: expect.any(Date), revokedReason: "code_replayed" })
    expect(await isActive(tokens.access_token)).toBe(false)
    const refresh = { grant_type: "refresh_token", refresh_token: tokens.refresh_token }
    await expectOAuthError(await postForm("/refresh", client, refresh), "invalid_grant")
    await expectOAuthError(await redeem(client, code), "invalid_grant")
  }
})

test("a refresh between the two uses does not save the Session - OAuth 2.1 7.5.2", async () => {
  const { client, code, tokens, sessionId } = await redeemed()
  const next = await readTokens(await postForm("/refresh", client, { refresh_token: tokens.refresh_token }))
  await expectOAuthError(await redeem(client, code), "invalid_grant")
  expect(await readSession(sessionId)).toMatchObject({ revokedAt: expect.any(Date) })
  for (const { access_token } of [tokens, next]) expect(await isActive(access_token)).toBe(false)
})

test("a code used again long after its 60 seconds still ends its Session - RFC 6749 4.1.2", async () => {
  const { client, code, tokens, sessionId } = await redeemed()
  const hoursAgo = new Date(Date.now() - 5 * 3_600_000)
  await changeAuthCode(code.code, { createdAt: hoursAgo, expiresAt: hoursAgo })
  expect(await isActive(tokens.access_token)).toBe(true)
  await expectOAuthError(await redeem(client, code), "invalid_grant")
  expect(await readSession(sessionId)).toMatchObject({ revokedReason: "code_replayed" })
  expect(await isActive(tokens.access_token)).toBe(false)
})

test("a replay that fails another check does not end the Session - OAuth 2.1 7.5.2", async () => {
  const { client, code, tokens, sessionId } = await redeemed()
  const another = await registerClient()
  const stranger = await registerClient({ tokenEndpointAuthMethod: "none" })
  await expectOAuthError(await redeem(client, code, { code_verifier: makePkce().codeVerifier }), "invalid_grant")
  await expectOAuthError(await redeem(client, code, { code_verifier: undefined }), "invalid_grant")
  await expectOAuthError(await redeem(client, code, { redirect_uri: "https://elsewhere.example/" }), "invalid_grant")
  await expectOAuthError(await redeem(client, code, { resource: "https://elsewhere.example/" }), "invalid_target")
  await expectOAuthError(await redeem({ ...client, clientSecret: another.clientSecret }, code), "invalid_client", 401)
  await expectOAuthError(await redeem(another, code), "invalid_grant")
  await expectOAuthError(await redeem(stranger, code), "invalid_grant")
  expect(await readSession(sessionId)).toMatchObject({ revokedAt: null })
  expect(await isActive(tokens.access_token)).toBe(true)
  expect((await postForm("/refresh", client, { refresh_token: tokens.refresh_token })).status).toBe(200)
})

test("the other Sessions of the same user and client live on - OAuth 2.1 7.5.2", async () => {
  const client = await registerClient()
  const user = await insertUser()
  const [first, second] = [await obtainCode(client, user), await obtainCode(client, user)]
  const tokens = await readTokens(await redeem(client, first))
  const others = await readTokens(await redeem(client, second))
  await expectOAuthError(await redeem(client, first), "invalid_grant")
  expect(await isActive(tokens.access_token)).toBe(false)
  expect(await isActive(others.access_token)).toBe(true)
})
