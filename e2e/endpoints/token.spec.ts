import { decodeJwt } from "jose"
import { changePassword, disableUser, enableUser } from "@/lib/accounts/users"
import { changeClient } from "@/lib/clients/registration"
import { changeAuthCode } from "../fixtures/rows"
import { remember } from "../fixtures/secrets"
import {
  basic,
  expect,
  expectOAuthError,
  insertUser,
  isActive,
  makePkce,
  obtainCode,
  postForm,
  readTokens,
  redeem,
  redirectUri,
  registerClient,
  test,
} from "../fixtures/world"

test("a code and its verifier become tokens, as uncached JSON - RFC 6749 5.1", async () => {
  const client = await registerClient()
  const response = await redeem(client, await obtainCode(client, await insertUser()))
  expect(response.headers.get("content-type")).toBe("application/json")
  expect(response.headers.get("cache-control")).toBe("no-store")
  const tokens = await readTokens(response)
  expect(tokens).toEqual({
    access_token: expect.stringMatching(/^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/),
    token_type: "Bearer",
    expires_in: 600,
    refresh_token: expect.stringMatching(/^[A-Za-z0-9_-]{22}\.0\.[A-Za-z0-9_-]{43}\.[A-Za-z0-9_-]{22}$/),
    scope: "openid profile email",
    id_token: expect.any(String),
  })
  expect(await isActive(tokens.access_token)).toBe(true)
})

test("each kind of client redeems its codes - RFC 6749 2.3.1, 4.1.3", async () => {
  const user = await insertUser()
  for (const tokenEndpointAuthMethod of ["client_secret_basic", "client_secret_post", "none"]) {
    const client = await registerClient({ tokenEndpointAuthMethod })
    expect((await redeem(client, await obtainCode(client, user))).status, tokenEndpointAuthMethod).toBe(200)
  }
})

test("redirect_uri may be left out of the token request - OAuth 2.1 10.2", async () => {
  const client = await registerClient()
  const code = await obtainCode(client, await insertUser())
  expect((await redeem(client, code, { redirect_uri: undefined })).status).toBe(200)
})

test("a wrong verifier is refused, and the code remains valid - RFC 7636 4.6", async () => {
  const client = await registerClient()
  const code = await obtainCode(client, await insertUser())
  const { codeVerifier, codeChallenge } = makePkce()
  for (const code_verifier of [codeVerifier, codeChallenge, `${code.codeVerifier}x`, code.codeVerifier.toUpperCase()])
    await expectOAuthError(await redeem(client, code, { code_verifier }), "invalid_grant")
  expect((await redeem(client, code)).status).toBe(200)
})

test("a missing or malformed verifier is refused, and the code remains valid - RFC 7636 4.1, 4.5", async () => {
  const client = await registerClient()
  const code = await obtainCode(client, await insertUser())
  const { codeVerifier } = code
  for (const code_verifier of [undefined, ""])
    await expectOAuthError(await redeem(client, code, { code_verifier }), "invalid_grant")
  for (const code_verifier of [
    codeVerifier.slice(1),
    `${codeVerifier}=`,
    `${codeVerifier} `,
    "é".repeat(43),
    "x".repeat(129),
    "x".repeat(20_000),
  ])
    await expectOAuthError(await redeem(client, code, { code_verifier }), "invalid_request")
  expect((await redeem(client, code)).status).toBe(200)
})

test("the longest and the shortest verifier are accepted - RFC 7636 4.1", async () => {
  const { createHash } = await import("node:crypto")
  const client = await registerClient()
  const user = await insertUser()
  for (const codeVerifier of ["a".repeat(43), `${"a-._~Z9".repeat(18)}bb`]) {
    const code_challenge = createHash("sha256").update(codeVerifier).digest("base64url")
    const { code } = await obtainCode(client, user, { code_challenge })
    expect((await redeem(client, { code, codeVerifier })).status).toBe(200)
  }
})

test("a code of another client is refused and remains valid - RFC 6749 4.1.3", async () => {
  const user = await insertUser()
  const client = await registerClient()
  const code = await obtainCode(client, user)
  for (const tokenEndpointAuthMethod of ["client_secret_basic", "client_secret_post", "none"])
    await expectOAuthError(await redeem(await registerClient({ tokenEndpointAuthMethod }), code), "invalid_grant")
  expect((await redeem(client, code)).status).toBe(200)
})

test("another redirect URI than the request's is refused, and the code remains valid - RFC 6749 4.1.3", async () => {
  const client = await registerClient({ redirectUris: [redirectUri, `${redirectUri}/other`] })
  const code = await obtainCode(client, await insertUser())
  for (const redirect_uri of [
    `${redirectUri}/other`,
    `${redirectUri}/`,
    redirectUri.toUpperCase(),
    "https://elsewhere.example/",
  ])
    await expectOAuthError(await redeem(client, code, { redirect_uri }), "invalid_grant")
  expect((await redeem(client, code)).status).toBe(200)
})

test("a wrong secret is refused, and the code remains valid - RFC 6749 5.2", async () => {
  const user = await insertUser()
  for (const tokenEndpointAuthMethod of ["client_secret_basic", "client_secret_post"]) {
    const client = await registerClient({ tokenEndpointAuthMethod })
    const code = await obtainCode(client, user)
    for (const clientSecret of [
      makePkce().codeVerifier,
      "",
      client.clientSecretHash,
      client.clientSecret?.slice(1) ?? "",
    ])
      await expectOAuthError(await redeem({ ...client, clientSecret }, code), "invalid_client", 401)
    expect((await redeem(client, code)).status).toBe(200)
  }
})

test("an unknown or malformed code is refused - RFC 6749 5.2", async () => {
  const client = await registerClient()
  const { code, codeVerifier } = await obtainCode(client, await insertUser())
  for (const wrong of [
    "x",
    "A".repeat(43),
    `${code}x`,
    code.slice(1),
    code.toLowerCase(),
    `${code} `,
    "é",
    "x".repeat(20_000),
  ])
    await expectOAuthError(await redeem(client, { code: wrong, codeVerifier }), "invalid_grant")
  await expectOAuthError(await redeem(client, { code: "", codeVerifier }), "invalid_request")
  expect((await redeem(client, { code, codeVerifier })).status).toBe(200)
})

test("a code lives for 60 seconds - RFC 6749 4.1.2", async () => {
  const client = await registerClient()
  const user = await insertUser()
  const code = await obtainCode(client, user)
  await changeAuthCode(code.code, { createdAt: new Date(Date.now() - 61_000), expiresAt: new Date(Date.now() - 1_000) })
  await expectOAuthError(await redeem(client, code), "invalid_grant")
  await changeAuthCode(code.code, { expiresAt: new Date(Date.now() + 30_000) })
  expect((await redeem(client, code)).status).toBe(200)
})

test("a code of a user who has been disabled is refused, also after they were enabled again - RFC 6749 5.2", async () => {
  const client = await registerClient()
  const user = await insertUser()
  const code = await obtainCode(client, user)
  await disableUser(user.id)
  await expectOAuthError(await redeem(client, code), "invalid_grant")
  await enableUser(user.id)
  await expectOAuthError(await redeem(client, code), "invalid_grant")
  expect((await redeem(client, await obtainCode(client, user))).status).toBe(200)
})

test("a code from a sign-in with a password that was changed since is refused - OAuth 2.1 4.3.3", async () => {
  const client = await registerClient()
  const user = await insertUser()
  const code = await obtainCode(client, user)
  expect(await changePassword(user.id, remember(`another password of ${user.id}`))).toEqual({ ok: true })
  await expectOAuthError(await redeem(client, code), "invalid_grant")
})

test("grant_type must be there, and be one that is supported - RFC 6749 5.2", async () => {
  const client = await registerClient()
  const code = await obtainCode(client, await insertUser())
  for (const grant_type of [
    "password",
    "implicit",
    "AUTHORIZATION_CODE",
    "authorization_code ",
    "urn:ietf:params:oauth:grant-type:jwt-bearer",
    "é",
  ])
    await expectOAuthError(await redeem(client, code, { grant_type }), "unsupported_grant_type")
  for (const grant_type of [undefined, ""])
    await expectOAuthError(await redeem(client, code, { grant_type }), "invalid_request")
  await expectOAuthError(await redeem(client, code, { grant_type: "refresh_token" }), "invalid_request")
  expect((await redeem(client, code)).status).toBe(200)
})

test("a grant type that the client is not registered for is refused - RFC 6749 5.2", async () => {
  const client = await registerClient()
  const code = await obtainCode(client, await insertUser())
  await changeClient(client.clientId, { grantTypes: ["refresh_token"] })
  await expectOAuthError(await redeem(client, code), "unauthorized_client")
  await changeClient(client.clientId, { grantTypes: ["authorization_code"] })
  const tokens = await readTokens(await redeem(client, code))
  expect(tokens.refresh_token).toBeUndefined()
  for (const path of ["/token", "/refresh"]) {
    const form = { grant_type: "refresh_token", refresh_token: `${"A".repeat(22)}.${"A".repeat(43)}` }
    await expectOAuthError(await postForm(path, client, form), "unauthorized_client")
  }
})

test("resource narrows the access token to part of what was granted, and cannot add - RFC 8707 2.2", async () => {
  const client = await registerClient()
  const resource = "https://a.example"
  const code = await obtainCode(client, await insertUser(), { resource })
  for (const wrong of ["https://b.example", "https://a.example/a", "http://a.example", "notes"])
    await expectOAuthError(await redeem(client, code, { resource: wrong }), "invalid_target")
  // Equal to what was granted by RFC 3986 section 6.2.3. The token has it as this request spells it.
  const { access_token } = await readTokens(await redeem(client, code, { resource: `${resource}/` }))
  expect(decodeJwt(access_token).aud).toBe(`${resource}/`)
})

test("the secret may be form-encoded in the Basic header or not - RFC 6749 2.3.1", async () => {
  const client = await registerClient()
  const user = await insertUser()
  const encoded = `Basic ${Buffer.from(`${percent(client.clientId)}:${percent(client.clientSecret ?? "")}`).toString("base64")}`
  for (const Authorization of [
    basic(client.clientId, client.clientSecret ?? ""),
    encoded,
    encoded.replace("Basic", "basic"),
  ]) {
    const { code, codeVerifier } = await obtainCode(client, user)
    const form = { grant_type: "authorization_code", code, code_verifier: codeVerifier }
    expect((await postForm("/token", null, form, { headers: { Authorization } })).status).toBe(200)
  }
})

/** Every character as %XX, which form encoding allows. */
const percent = (text: string) =>
  [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join("")
