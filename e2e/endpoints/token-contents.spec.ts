import { createHash } from "node:crypto"
import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from "jose"
import { cookieName } from "../fixtures/cookies"
import { testEnvironment } from "../fixtures/environment"
import { changeBrowserSession, changeSession } from "../fixtures/rows"
import {
  authorize,
  expect,
  insertUser,
  locationOf,
  makePkce,
  obtainCode,
  obtainTokens,
  openBrowser,
  postForm,
  readTokens,
  redeem,
  registerClient,
  type Tokens,
  test,
} from "../fixtures/world"

const sessionIdOf = ({ refresh_token }: Tokens) => refresh_token.split(".")[0] ?? ""
const jwks = () => createRemoteJWKSet(new URL("/jwks", testEnvironment().issuer))

test("an access token is a signed at+jwt with the claims of the profile - RFC 9068 2", async () => {
  const user = await insertUser()
  const client = await registerClient()
  const tokens = await obtainTokens(client, user)
  const { issuer } = testEnvironment()
  const { payload, protectedHeader } = await jwtVerify(tokens.access_token, jwks(), {
    issuer,
    audience: issuer,
    typ: "at+jwt",
  })
  expect(protectedHeader).toEqual({ alg: "ES256", typ: "at+jwt", kid: expect.any(String) })
  expect(payload).toEqual({
    iss: issuer,
    sub: user.id,
    aud: issuer,
    client_id: client.clientId,
    scope: "openid profile email",
    sid: sessionIdOf(tokens),
    auth_time: expect.any(Number),
    jti: expect.any(String),
    iat: expect.any(Number),
    exp: (payload.iat ?? 0) + 600,
  })
})

test("two access tokens never have the same jti - RFC 9068 2.2", async () => {
  const user = await insertUser()
  const client = await registerClient()
  const tokens = await obtainTokens(client, user)
  const next = await readTokens(await postForm("/refresh", client, { refresh_token: tokens.refresh_token }))
  expect(decodeJwt(next.access_token).jti).not.toBe(decodeJwt(tokens.access_token).jti)
})

test("the audience is the resource that was asked for - RFC 9068 3, RFC 8707 2.2", async () => {
  const user = await insertUser()
  const client = await registerClient()
  const resource = "https://api.example/notes"
  const one = await obtainTokens(client, user, { resource })
  expect(decodeJwt(one.access_token).aud).toBe(resource)

  const pkce = makePkce()
  const twice = `&resource=${encodeURIComponent("https://b.example")}`
  const response = await authorize(await openBrowser(user), client, pkce, { resource })
  const both = await (await openBrowser(user)).fetch(
    `/authorize?${new URLSearchParams({
      client_id: client.clientId,
      response_type: "code",
      code_challenge: pkce.codeChallenge,
      code_challenge_method: "S256",
      resource,
    })}${twice}`,
  )
  expect(response.status).toBe(303)
  const code = locationOf(both).searchParams.get("code") ?? ""
  const tokens = await readTokens(await redeem(client, { code, codeVerifier: pkce.codeVerifier }))
  expect(decodeJwt(tokens.access_token).aud).toEqual([resource, "https://b.example"])
})

test("an ID token has its claims, and at_hash names the access token - OpenID Connect Core 2, 3.1.3.6", async () => {
  const user = await insertUser({ name: "Ada" })
  const client = await registerClient()
  const tokens = await obtainTokens(client, user, { nonce: "the client's nonce" })
  const { issuer } = testEnvironment()
  const { payload, protectedHeader } = await jwtVerify(tokens.id_token ?? "", jwks(), {
    issuer,
    audience: client.clientId,
  })
  expect(protectedHeader).toEqual({ alg: "RS256", typ: "JWT", kid: expect.any(String) })
  expect(payload).toEqual({
    iss: issuer,
    sub: user.id,
    aud: client.clientId,
    iat: expect.any(Number),
    exp: (payload.iat ?? 0) + 600,
    auth_time: expect.any(Number),
    nonce: "the client's nonce",
    at_hash: createHash("sha256").update(tokens.access_token).digest().subarray(0, 16).toString("base64url"),
    sid: sessionIdOf(tokens),
    acr: "1",
    amr: ["pwd"],
    name: "Ada",
    email: user.email,
  })
})

test("an ID token is signed with ES256 for a client that asked for it - OpenID Connect Registration 2", async () => {
  const client = await registerClient({ idTokenSignedResponseAlg: "ES256" })
  const { id_token = "" } = await obtainTokens(client, await insertUser())
  const { protectedHeader } = await jwtVerify(id_token, jwks(), { audience: client.clientId })
  expect(protectedHeader).toMatchObject({ alg: "ES256", typ: "JWT" })
})

test("without a nonce in the request there is none in the ID token - OpenID Connect Core 2", async () => {
  const { id_token = "" } = await obtainTokens(await registerClient(), await insertUser())
  expect(decodeJwt(id_token)).not.toHaveProperty("nonce")
})

test("without the scope openid there is no ID token - OpenID Connect Core 3.1.2.1", async () => {
  const tokens = await obtainTokens(await registerClient(), await insertUser(), { scope: "profile" })
  expect(tokens.id_token).toBeUndefined()
})

test("the ID token contains no more about the user than the scope allows - OpenID Connect Core 5.4", async () => {
  const user = await insertUser({ name: "Ada" })
  const client = await registerClient()
  const claims = async (scope: string) => decodeJwt((await obtainTokens(client, user, { scope })).id_token ?? "")
  expect(await claims("openid")).not.toHaveProperty("name")
  expect(await claims("openid")).not.toHaveProperty("email")
  expect(await claims("openid profile")).toMatchObject({ name: "Ada" })
  expect(await claims("openid profile")).not.toHaveProperty("email")
  expect(await claims("openid email")).toMatchObject({ email: user.email })
  expect(await claims("openid email")).not.toHaveProperty("name")
})

test("auth_time is when the user signed in, not when the code was made - OpenID Connect Core 2", async () => {
  const user = await insertUser()
  const client = await registerClient()
  const browser = await openBrowser(user)
  const authenticatedAt = new Date("2026-01-02T03:04:05.678Z")
  await changeBrowserSession(browser.cookies.get(cookieName("session")) ?? "", { authenticatedAt })
  const pkce = makePkce()
  const code = locationOf(await authorize(browser, client, pkce)).searchParams.get("code") ?? ""
  const tokens = await readTokens(await redeem(client, { code, ...pkce }))
  for (const token of [tokens.access_token, tokens.id_token ?? ""])
    expect(decodeJwt(token).auth_time).toBe(Math.floor(authenticatedAt.getTime() / 1000))
})

test("sub is the same for every client, and another one for another user - OpenID Connect Core 8", async () => {
  const [user, another] = [await insertUser(), await insertUser()]
  const subs = []
  for (const who of [user, user, another]) {
    const { id_token = "" } = await obtainTokens(await registerClient(), who)
    subs.push(decodeJwt(id_token).sub)
  }
  expect(subs[0]).toBe(subs[1])
  expect(subs[2]).not.toBe(subs[0])
})

test("no token outlives its Session - RFC 6749 1.5, RFC 9700 4.14.2", async () => {
  const client = await registerClient()
  const tokens = await obtainTokens(client, await insertUser())
  const end = new Date(Date.now() + 60_000)
  await changeSession(sessionIdOf(tokens), { expiresAt: end })
  const next = await readTokens(await postForm("/refresh", client, { refresh_token: tokens.refresh_token }))
  expect(next.expires_in).toBeGreaterThan(0)
  expect(next.expires_in).toBeLessThanOrEqual(60)
  expect(decodeJwt(next.access_token).exp).toBe(Math.floor(end.getTime() / 1000))
})

test("every token is signed with a key of /jwks - RFC 9068 4, OpenID Connect Core 10.1", async () => {
  const user = await insertUser()
  const client = await registerClient({ idTokenSignedResponseAlg: "ES256" })
  const code = await obtainCode(client, user)
  const tokens = await readTokens(await redeem(client, code))
  const { keys } = await (await fetch(new URL("/jwks", testEnvironment().issuer))).json()
  const kids = keys.map(({ kid }: { kid: string }) => kid)
  for (const token of [tokens.access_token, tokens.id_token ?? ""])
    expect(kids).toContain(decodeProtectedHeader(token).kid)
})
