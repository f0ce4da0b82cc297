import { decodeJwt } from "jose"
import { disableUser } from "@/lib/accounts/users"
import { testEnvironment } from "../fixtures/environment"
import { issueExpiredAccessToken } from "../fixtures/expired-token"
import { expect, expectOAuthError, insertUser, obtainTokens, postForm, registerClient, test } from "../fixtures/world"

function userInfo(headers: Record<string, string>, { method = "GET", query = "" } = {}): Promise<Response> {
  return fetch(new URL(`/userinfo${query}`, testEnvironment().issuer), { method, headers })
}
const bearer = (token: string) => ({ Authorization: `Bearer ${token}` })

test("GET and POST return the claims that the scope allows, with the sub of the ID token - OpenID Connect Core 5.3, 5.4", async () => {
  const user = await insertUser({ name: "Ada" })
  const client = await registerClient()
  const expected = {
    openid: { sub: user.id },
    "openid profile": { sub: user.id, name: "Ada" },
    "openid email": { sub: user.id, email: user.email },
    "openid profile email": { sub: user.id, name: "Ada", email: user.email },
  }
  for (const [scope, claims] of Object.entries(expected)) {
    const tokens = await obtainTokens(client, user, { scope })
    for (const method of ["GET", "POST"]) {
      const response = await userInfo(bearer(tokens.access_token), { method })
      expect(response.headers.get("cache-control")).toBe("no-store")
      expect(await response.json(), `${method} ${scope}`).toEqual(claims)
    }
    expect(decodeJwt(tokens.id_token ?? "").sub).toBe(user.id)
  }
})

test("a user without a name has no name claim - OpenID Connect Core 5.3.2", async () => {
  const tokens = await obtainTokens(await registerClient(), await insertUser({ name: null }))
  expect(await (await userInfo(bearer(tokens.access_token))).json()).not.toHaveProperty("name")
})

test("a token without the scope openid is not enough - RFC 6750 3.1", async () => {
  const tokens = await obtainTokens(await registerClient(), await insertUser(), { scope: "profile email" })
  const response = await userInfo(bearer(tokens.access_token))
  expect(response.headers.get("www-authenticate")).toMatch(/^Bearer realm="OAuth Flow", error="insufficient_scope"/)
  await expectOAuthError(response, "insufficient_scope", 403)
})

test("without a token one is asked for, without an error code - RFC 6750 3.1", async () => {
  for (const method of ["GET", "POST"]) {
    const response = await userInfo({}, { method })
    expect(response.headers.get("www-authenticate")).toBe('Bearer realm="OAuth Flow"')
    await expectOAuthError(response, "invalid_token", 401)
  }
})

test("a token that is expired, revoked, of a disabled user or of another kind is refused - OpenID Connect Core 5.3.3", async () => {
  const client = await registerClient()
  const tokens = await obtainTokens(client, await insertUser())
  const expired = await issueExpiredAccessToken(tokens)
  await postForm("/revoke", client, { token: tokens.refresh_token })
  const user = await insertUser()
  const disabled = await obtainTokens(client, user)
  await disableUser(user.id)
  for (const token of [expired, tokens.access_token, disabled.access_token, "x"]) {
    const response = await userInfo(bearer(token))
    expect(response.headers.get("www-authenticate")).toMatch(/^Bearer realm="OAuth Flow", error="invalid_token"/)
    await expectOAuthError(response, "invalid_token", 401)
  }
})

test("a token in the URL is refused - RFC 9700 4.3.2", async () => {
  const { access_token } = await obtainTokens(await registerClient(), await insertUser())
  const query = `?access_token=${access_token}`
  await expectOAuthError(await userInfo({}, { query }), "invalid_request")
  await expectOAuthError(await userInfo(bearer(access_token), { query }), "invalid_request")
})
