import { testEnvironment } from "../fixtures/environment"
import { issueExpiredAccessToken } from "../fixtures/expired-token"
import { changeSession } from "../fixtures/rows"
import { expect, expectOAuthError, insertUser, obtainTokens, postForm, registerClient, test } from "../fixtures/world"

const introspect = (init: RequestInit = {}, query = "") =>
  fetch(new URL(`/introspect${query}`, testEnvironment().issuer), init)
const withBearer = (token: string) => introspect({ headers: { Authorization: `Bearer ${token}` } })

test("GET returns the user and whether the token is valid - RFC 7662 2.2", async () => {
  const user = await insertUser({ name: "Ada" })
  const client = await registerClient()
  const tokens = await obtainTokens(client, user)
  const response = await withBearer(tokens.access_token)
  expect(response.status).toBe(200)
  expect(response.headers.get("cache-control")).toBe("no-store")
  const { issuer } = testEnvironment()
  const answer = await response.json()
  expect(answer).toEqual({
    active: true,
    token_type: "Bearer",
    iss: issuer,
    sub: user.id,
    aud: issuer,
    client_id: client.clientId,
    scope: "openid profile email",
    sid: tokens.refresh_token.split(".")[0],
    auth_time: expect.any(Number),
    jti: expect.any(String),
    iat: expect.any(Number),
    exp: answer.iat + 600,
    name: "Ada",
    email: user.email,
  })
})

test("GET returns no more about the user than the scope allows - OpenID Connect Core 5.4, RFC 7662 5", async () => {
  const user = await insertUser({ name: "Ada" })
  const client = await registerClient()
  const see = async (scope: string) =>
    JSON.stringify(await (await withBearer((await obtainTokens(client, user, { scope })).access_token)).json())
  expect(await see("openid")).not.toContain("Ada")
  expect(await see("openid")).not.toContain(user.email)
  expect(await see("openid profile")).not.toContain(user.email)
  expect(await see("openid email")).not.toContain("Ada")
})

test("GET without a token gets a challenge without an error code - RFC 6750 3.1", async () => {
  const response = await introspect()
  expect(response.headers.get("www-authenticate")).toBe('Bearer realm="OAuth Flow"')
  await expectOAuthError(response, "invalid_token", 401)
})

test("GET with a token that is not active is refused with a challenge - RFC 6750 3", async () => {
  const client = await registerClient()
  const user = await insertUser()
  const tokens = await obtainTokens(client, user)
  const expired = await issueExpiredAccessToken(tokens)
  const revoked = await obtainTokens(client, user)
  await postForm("/revoke", client, { token: revoked.access_token })
  const ended = await obtainTokens(client, user)
  await changeSession(ended.refresh_token.split(".")[0] ?? "", { idleExpiresAt: new Date(Date.now() - 1000) })
  const wrong = {
    expired,
    revoked: revoked.access_token,
    ended: ended.access_token,
    nonsense: "x",
  }
  for (const [name, token] of Object.entries(wrong)) {
    const response = await withBearer(token)
    expect(response.headers.get("www-authenticate"), name).toMatch(
      /^Bearer realm="OAuth Flow", error="invalid_token", error_description="[^"]+"$/,
    )
    await expectOAuthError(response, "invalid_token", 401)
  }
  expect((await withBearer(tokens.access_token)).status).toBe(200)
})

test("GET takes the token in the Authorization header alone - RFC 6750 2, RFC 9700 4.3.2", async () => {
  const { access_token } = await obtainTokens(await registerClient(), await insertUser())
  await expectOAuthError(await introspect({}, `?access_token=${access_token}`), "invalid_request")
  await expectOAuthError(
    await introspect({ headers: { Authorization: `Bearer ${access_token}` } }, `?access_token=${access_token}`),
    "invalid_request",
  )
  await expectOAuthError(await introspect({}, `?token=${access_token}`), "invalid_token", 401)
  for (const Authorization of [
    access_token,
    "Bearer",
    "Bearer ",
    `Basic ${access_token}`,
    `Bearer ${access_token} x`,
    `Bearer "${access_token}"`,
  ])
    await expectOAuthError(await introspect({ headers: { Authorization } }), "invalid_token", 401)
  expect((await introspect({ headers: { Authorization: `bearer ${access_token}` } })).status).toBe(200)
})
