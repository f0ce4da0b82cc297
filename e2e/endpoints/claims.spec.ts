import { decodeJwt, decodeProtectedHeader } from "jose"
import { addConsent } from "@/lib/data/consents"
import { expectCode, expectErrorRedirect, readInteraction } from "../fixtures/authorization"
import { testEnvironment } from "../fixtures/environment"
import {
  authorize,
  expect,
  expectOAuthError,
  insertUser,
  makePkce,
  obtainTokens,
  openBrowser,
  registerClient,
  test,
} from "../fixtures/world"

const stored = {
  nickname: "ada",
  address: { locality: "London" },
  phone_number: "+44 20 7946 0000",
  groups: ["staff"],
}
const allScopes = "openid profile email address phone groups"
const insertAda = () => insertUser({ name: "Ada", claims: JSON.stringify(stored) })
const requestClaims = (claims: object) => ({ claims: JSON.stringify(claims) })

async function userInfo(token: string, init: RequestInit = {}): Promise<Response> {
  const headers = { Authorization: `Bearer ${token}` }
  return fetch(new URL("/userinfo", testEnvironment().issuer), { headers, ...init })
}
const readUserInfo = async (token: string) => (await userInfo(token)).json()

test("each scope allows its claims, and a custom claim has the scope of its name - OpenID Connect Core 5.4", async () => {
  const client = await registerClient({ scope: allScopes })
  const user = await insertAda()
  const { nickname, address, phone_number, groups } = stored
  const expected = {
    profile: { name: "Ada", nickname },
    email: { email: user.email },
    address: { address },
    phone: { phone_number },
    groups: { groups },
  }
  for (const [scope, claims] of Object.entries(expected)) {
    const tokens = await obtainTokens(client, user, { scope: `openid ${scope}` })
    expect(await readUserInfo(tokens.access_token)).toEqual({ sub: user.id, ...claims })
    expect(decodeJwt(tokens.id_token ?? "")).toMatchObject(claims)
  }
})

test("the claims parameter requests claims for userinfo and for the ID token - OpenID Connect Core 5.5", async () => {
  const client = await registerClient({ scope: allScopes })
  const user = await insertAda()
  const claims = { userinfo: { nickname: { essential: true }, picture: null }, id_token: { groups: null } }
  const tokens = await obtainTokens(client, user, { scope: "openid", ...requestClaims(claims) })
  expect(await readUserInfo(tokens.access_token)).toEqual({ sub: user.id, nickname: "ada" })
  const idToken = decodeJwt(tokens.id_token ?? "")
  expect(idToken).toMatchObject({ groups: ["staff"] })
  for (const claim of ["nickname", "name", "email"]) expect(idToken).not.toHaveProperty(claim)
})

test("a claim whose scope is not registered for the client is left out - OpenID Connect Core 5.5.1", async () => {
  const client = await registerClient({ scope: "openid email" })
  const user = await insertAda()
  const claims = { userinfo: { nickname: null, groups: { essential: true }, email: null } }
  const tokens = await obtainTokens(client, user, { scope: "openid", ...requestClaims(claims) })
  expect(await readUserInfo(tokens.access_token)).toEqual({ sub: user.id, email: user.email })
})

test("a claim that no granted scope allows needs a consent of its own - OpenID Connect Core 3.1.2.4", async () => {
  const client = await registerClient({ scope: allScopes, firstParty: false })
  const user = await insertAda()
  await addConsent(
    {
      userId: user.id,
      clientId: client.clientId,
      scope: ["openid", "profile"],
      resource: [],
      grantedAt: new Date(),
    },
    {},
  )
  const browser = await openBrowser(user)
  const ask = (claims: object) =>
    authorize(browser, client, makePkce(), { scope: "openid profile", ...requestClaims(claims) })
  expectCode(await ask({ userinfo: { nickname: null } }))
  expect(readInteraction(await ask({ userinfo: { phone_number: null } })).path).toBe("/consent")
  expect(readInteraction(await ask({ id_token: { email: null } })).path).toBe("/consent")
})

test("an essential acr that this server does not have is refused, and a voluntary one is not - OpenID Connect Core 5.5.1.1", async () => {
  const client = await registerClient()
  const user = await insertUser()
  const browser = await openBrowser(user)
  const acr = (request: object) => requestClaims({ id_token: { acr: request } })
  for (const request of [
    { essential: true, values: ["3"] },
    { essential: true, value: "3" },
  ]) {
    const response = await authorize(browser, client, makePkce(), acr(request))
    expectErrorRedirect(response, "unmet_authentication_requirements")
  }
  for (const changes of [acr({ values: ["2"] }), acr({ essential: true }), { acr_values: "2 1" }]) {
    const { id_token = "" } = await obtainTokens(client, user, changes)
    expect(decodeJwt(id_token)).toMatchObject({ acr: "1", amr: ["pwd"] })
  }
  const asked = await authorize(browser, client, makePkce(), { acr_values: "2" })
  expect(readInteraction(asked).path).toBe("/account/totp")
  expectCode(await authorize(browser, client, makePkce(), { acr_values: "2", prompt: "none" }))
})

test("a claim that is requested with values is returned only with one of them - OpenID Connect Core 5.5.1", async () => {
  const client = await registerClient({ scope: allScopes, idTokenScopeClaims: false })
  const user = await insertAda()
  const requested = {
    nickname: { value: "ada" },
    phone_number: { value: "+1 604 555 1234" },
    groups: { values: ["admin", "staff"] },
    address: { essential: true, value: { locality: "Paris" } },
    email: { value: "another@example.com" },
  }
  const claims = { userinfo: requested, id_token: requested }
  // The scope email allows the address with any value in userinfo. This client's ID tokens have no claims of scopes.
  const tokens = await obtainTokens(client, user, { scope: "openid email", ...requestClaims(claims) })
  const expected = { sub: user.id, nickname: "ada", groups: ["staff"] }
  expect(await readUserInfo(tokens.access_token)).toEqual({ ...expected, email: user.email })
  const idToken = decodeJwt(tokens.id_token ?? "")
  expect(idToken).toMatchObject(expected)
  for (const claim of ["phone_number", "address", "email"]) expect(idToken).not.toHaveProperty(claim)
})

test("an essential claim that cannot be returned is no error - OpenID Connect Core 5.5.1", async () => {
  const client = await registerClient({ scope: "openid profile" })
  const user = await insertUser()
  const essential = { name: { essential: true }, phone_number: { essential: true } }
  const claims = { userinfo: essential, id_token: essential }
  const tokens = await obtainTokens(client, user, { scope: "openid", ...requestClaims(claims) })
  expect(await readUserInfo(tokens.access_token)).toEqual({ sub: user.id })
  for (const claim of Object.keys(essential)) expect(decodeJwt(tokens.id_token ?? "")).not.toHaveProperty(claim)
})

test("with a value for sub, no other user is accepted - OpenID Connect Core 3.1.2.2, OpenID Connect Core 5.5.1", async () => {
  const client = await registerClient()
  const user = await insertUser()
  const browser = await openBrowser(user)
  const ask = (claims: object, changes = {}) =>
    authorize(browser, client, makePkce(), { prompt: "none", ...requestClaims(claims), ...changes })
  const { id_token: hint = "" } = await obtainTokens(client, user)
  for (const member of ["userinfo", "id_token"]) {
    const sub = (request: object) => ({ [member]: { sub: request } })
    expectCode(await ask(sub({ value: user.id })))
    expectCode(await ask(sub({ values: ["another-user", user.id] }), { id_token_hint: hint }))
    expectErrorRedirect(await ask(sub({ value: "another-user" })), "login_required")
    expectErrorRedirect(await ask(sub({ values: ["another-user"] })), "login_required")
    const contradiction = await ask(sub({ value: "another-user" }), { id_token_hint: hint })
    expectErrorRedirect(contradiction, "invalid_request")
  }
  const both = { userinfo: { sub: { value: user.id } }, id_token: { sub: { value: "another-user" } } }
  expectErrorRedirect(await ask(both), "invalid_request")
})

test("a malformed claims parameter is refused - OpenID Connect Core 5.5", async () => {
  const client = await registerClient()
  const browser = await openBrowser(await insertUser())
  for (const claims of [
    ...["x", "[]", '{"userinfo":[]}', '{"id_token":{"name":1}}', '{"userinfo":{"name":{"essential":1}}}'],
    ...['{"userinfo":{"name":{"values":"Ada"}}}'],
  ])
    expectErrorRedirect(await authorize(browser, client, makePkce(), { claims }), "invalid_request", { about: claims })
})

test("userinfo is a signed JWT for a client that is registered for it - OpenID Connect Core 5.3.2", async () => {
  for (const userinfoSignedResponseAlg of ["RS256", "ES256"]) {
    const client = await registerClient({ userinfoSignedResponseAlg })
    const user = await insertUser({ name: "Ada" })
    const response = await userInfo((await obtainTokens(client, user)).access_token)
    expect(response.headers.get("content-type")).toBe("application/jwt")
    const jwt = await response.text()
    expect(decodeProtectedHeader(jwt).alg).toBe(userinfoSignedResponseAlg)
    const { issuer } = testEnvironment()
    expect(decodeJwt(jwt)).toEqual({ iss: issuer, aud: client.clientId, sub: user.id, name: "Ada", email: user.email })
  }
})

test("userinfo accepts the token in a form, and not in two places - RFC 6750 2.2, OpenID Connect Core 5.3.1", async () => {
  const user = await insertUser()
  const { access_token } = await obtainTokens(await registerClient(), user, { scope: "openid" })
  const body = new URLSearchParams({ access_token })
  const response = await userInfo(access_token, { method: "POST", headers: {}, body })
  expect(await response.json()).toEqual({ sub: user.id })
  await expectOAuthError(await userInfo(access_token, { method: "POST", body }), "invalid_request", 400)
  const empty = await userInfo(access_token, { method: "POST", headers: {}, body: new URLSearchParams({ x: "y" }) })
  expect([empty.status, empty.headers.get("www-authenticate")]).toEqual([401, 'Bearer realm="OAuth Flow"'])
})
