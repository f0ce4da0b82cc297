import { KeyObject } from "node:crypto"
import { decodeJwt, type JWK, jwtDecrypt, SignJWT } from "jose"
import { tokenExchangeGrant } from "@/lib/clients/grant-types"
import { issueInitialAccessToken } from "@/lib/clients/initial-access-token"
import { signJwt } from "@/lib/keys/jwt"
import { hashToken } from "@/lib/protocol/random"
import { deriveKey, type KeyPurpose } from "@/lib/secret"
import {
  beginAuthorization,
  callback,
  expectCode,
  expectErrorPage,
  expectErrorRedirect,
  signInTo,
} from "../fixtures/authorization"
import { cookieName } from "../fixtures/cookies"
import { type DpopKey, signProof } from "../fixtures/dpop"
import { testEnvironment } from "../fixtures/environment"
import {
  type ForgeryName,
  forgeryNames,
  forgeSealed,
  forgeSigned,
  secondsFromNow,
  serverKey,
  type Token,
  takeApart,
} from "../fixtures/forgeries"
import { serve } from "../fixtures/journey"
import { countAuthorizations, query, readSession } from "../fixtures/rows"
import { remember } from "../fixtures/secrets"
import {
  authorizationParameters,
  expect,
  expectOAuthError,
  insertUser,
  makePkce,
  obtainCode,
  obtainTokens,
  openBrowser,
  postForm,
  readTokens,
  redirectUri,
  registerClient,
  signAssertion,
  type TestBrowser,
  type TestClient,
  type TestUser,
  type Tokens,
  test,
} from "../fixtures/world"

// One table: every way to forge a JWT, and every kind of token, at every place where a JWT is accepted. Each place lists
// what does not apply there, with the reason.

const kindNames = [
  "access token",
  "refresh token",
  "ID token",
  "logout token",
  "introspection response",
  "userinfo response",
  "client assertion",
  "request object",
  "DPoP proof",
  "state token",
  "request_uri",
  "initial access token",
] as const
type KindName = (typeof kindNames)[number]

/** A row of the table. */
type Place = {
  /** The kind of token that is accepted here, and the one that is, in the end. */
  kind: KindName
  token: Token<KeyObject> | Token<Uint8Array>
  /** The values of typ that are accepted, for a signed token. */
  types?: (string | undefined)[]
  /** The claims that make a token invalid here, if they are others than usual. */
  claims?: Partial<Record<ForgeryName, Record<string, unknown>>>
  good: string
  send(token: string): Promise<Response>
  expectRefused(response: Response, token: string): Promise<unknown>
  expectAccepted(response: Response): Promise<unknown>
  /** What no forged token changes. */
  readState(): Promise<unknown>
  /** For a token that is accepted once: asserts the response to its second use. */
  expectUsed?(response: Response): Promise<unknown>
  /** What does not apply here, and why. */
  except?: Partial<Record<ForgeryName | KindName, string>>
}

/** Sends everything of the table to one place, and then the good token. */
async function expectForgeriesRefused({ client, user, dpopKey, tokens }: World, place: Place): Promise<void> {
  const { except = {}, kind } = place
  let visits = 0
  const { origin, close } = await serve((_request, response) => {
    visits++
    response.end()
  })
  try {
    const url = `${origin}/keys`
    const { token, types = [], claims } = place
    const forged = isSealed(token) ? await forgeSealed(token, { url }) : forgeSigned(token, { types, claims, url })
    const kinds = await issueEveryKind({ client, user, dpopKey, tokens })
    const table = [
      ...forgeryNames.map((name) => [name, forged[name]] as const),
      ...kindNames.filter((name) => name !== kind).map((name) => [name, [kinds[name]]] as const),
    ]
    const before = await place.readState()
    for (const [name, list] of table) {
      if (except[name]) continue
      expect(list.length, `${name} is tried, or has a reason`).toBeGreaterThan(0)
      for (const [i, sent] of list.entries()) {
        const about = `${name} ${i}: ${sent}`
        await place.expectRefused(await place.send(sent), sent).catch((cause) => fail(about, cause))
        expect(await place.readState(), about).toEqual(before)
      }
    }
    await place.expectAccepted(await place.send(place.good))
    await place.expectUsed?.(await place.send(place.good))
    expect(visits, "no key is fetched from the address in a header").toBe(0)
  } finally {
    await close()
  }
}

function fail(about: string, cause: Error): never {
  throw new Error(`${about}\n${cause.message}`, { cause })
}

const isSealed = (token: Place["token"]): token is Token<Uint8Array> => token.key instanceof Uint8Array

const resource = "https://first.example/"

type World = { client: TestClient; user: TestUser; dpopKey: DpopKey; tokens: Tokens }

/** One client with one key for everything it signs, whose tokens this server signs with one key: the kinds differ in nothing else. */
async function openWorld(): Promise<World> {
  const client = await registerClient({
    tokenEndpointAuthMethod: "private_key_jwt",
    grantTypes: ["authorization_code", "refresh_token", "client_credentials"],
    scope: "openid profile email invoices:read",
    idTokenSignedResponseAlg: "ES256",
    userinfoSignedResponseAlg: "ES256",
    postLogoutRedirectUris: [redirectUri],
  })
  const user = await insertUser()
  const [jwk] = (JSON.parse(client.jwks ?? "") as { keys: [JWK] }).keys
  if (!client.privateKey) throw new Error("The client has no key.")
  const dpopKey = { privateKey: client.privateKey, jwk, jkt: "" }
  return { client, user, dpopKey, tokens: await obtainTokens(client, user) }
}

const keyOf = ({ client: { privateKey } }: World) => {
  if (!privateKey) throw new Error("The client has no key.")
  return KeyObject.from(privateKey)
}

/** One valid token of each kind, for the same client and user. */
async function issueEveryKind({ client, user, dpopKey, tokens }: World): Promise<Record<KindName, string>> {
  const { issuer } = testEnvironment()
  const { access_token, refresh_token, id_token = "" } = tokens
  const headers = { Authorization: `Bearer ${access_token}` }
  const jwt = { Accept: "application/token-introspection+jwt" }
  const common = { iss: issuer, sub: user.id, aud: client.clientId, iat: secondsFromNow(0), exp: secondsFromNow(120) }
  const events = { "http://schemas.openid.net/event/backchannel-logout": {} }
  const logout = { ...common, jti: crypto.randomUUID(), sid: decodeJwt(access_token).sid, events }
  const { stateToken } = await beginAuthorization(await openBrowser(), client)
  const kinds = {
    "access token": access_token,
    "refresh token": refresh_token,
    "ID token": id_token,
    "logout token": await signJwt("ES256", "logout+jwt", logout),
    "introspection response": await text(postForm("/introspect", client, { token: access_token }, { headers: jwt })),
    "userinfo response": await text(fetch(`${issuer}/userinfo`, { headers })),
    "client assertion": (await signAssertion(client)).client_assertion ?? "",
    "request object": await signRequest(client),
    "DPoP proof": await signProof(dpopKey, { path: "/token" }),
    "state token": stateToken,
    request_uri: (await push(client)).slice(requestUriPrefix.length),
    "initial access token": await issueInitialAccessToken({ seconds: 60, reusable: false }),
  }
  for (const token of Object.values(kinds)) remember(token)
  return kinds
}

async function text(response: Promise<Response>): Promise<string> {
  expect((await response).status).toBe(200)
  return (await response).text()
}

/** It names the client as its subject too, as a client assertion does (RFC 9101 section 10.8). */
async function signRequest(client: TestClient): Promise<string> {
  if (!client.privateKey) throw new Error("The client has no key.")
  const assertion = takeApart((await signAssertion(client)).client_assertion ?? "", KeyObject.from(client.privateKey))
  const parameters = Object.fromEntries(authorizationParameters(client, makePkce().codeChallenge))
  return new SignJWT({ ...assertion.claims, ...parameters })
    .setProtectedHeader({ alg: "ES256", typ: "oauth-authz-req+jwt" })
    .sign(client.privateKey)
}

const requestUriPrefix = "urn:ietf:params:oauth:request_uri:"

async function push(client: TestClient): Promise<string> {
  const { client_id, ...form } = Object.fromEntries(authorizationParameters(client, makePkce().codeChallenge))
  return (await (await postForm("/par", client, form)).json()).request_uri
}

const at = (path: string) => testEnvironment().issuer + path

/** A place that accepts this access token. */
async function accessTokenPlace({ access_token }: Tokens) {
  const { sid } = decodeJwt<{ sid: string }>(access_token)
  return {
    kind: "access token",
    good: access_token,
    token: takeApart(access_token, await serverKey()),
    types: ["at+jwt"],
    readState: () => readSession(sid),
  } satisfies Partial<Place>
}

const anyAudience =
  "A client can learn about any of its own tokens. Without its audience, no user information is returned."
const resourceServer = () =>
  registerClient({
    redirectUris: [],
    resourceServer: true,
    resources: [resource],
    grantTypes: [tokenExchangeGrant],
    scope: "openid profile email",
  })

test("a forged access token is refused at GET /introspect - RFC 8725 3, RFC 9068 4", async () => {
  const world = await openWorld()
  await expectForgeriesRefused(world, {
    ...(await accessTokenPlace(world.tokens)),
    send: (token) => fetch(at("/introspect"), { headers: { Authorization: `Bearer ${token}` } }),
    expectRefused: (response) => expectOAuthError(response, "invalid_token", 401),
    expectAccepted: async (response) => expect(await response.json()).toMatchObject({ active: true }),
    except: { "wrong audience": anyAudience },
  })
})

test("a forged access token is refused at /userinfo - RFC 8725 3, RFC 9068 4", async () => {
  const world = await openWorld()
  await expectForgeriesRefused(world, {
    ...(await accessTokenPlace(world.tokens)),
    send: (token) => fetch(at("/userinfo"), { headers: { Authorization: `Bearer ${token}` } }),
    expectRefused: (response) => expectOAuthError(response, "invalid_token", 401),
    expectAccepted: async (response) => expect(response.status).toBe(200),
  })
})

test("a forged access token is not active at POST /introspect - RFC 8725 3, RFC 7662 2.2", async () => {
  const world = await openWorld()
  const caller = await resourceServer()
  await expectForgeriesRefused(world, {
    ...(await accessTokenPlace(await obtainTokens(world.client, world.user, { resource }))),
    send: (token) => postForm("/introspect", caller, { token }),
    expectRefused: async (response) => expect(await response.json()).toEqual({ active: false }),
    expectAccepted: async (response) => expect(await response.json()).toMatchObject({ active: true }),
  })
})

test("a forged access token ends no Session at POST /revoke - RFC 8725 3, RFC 7009 2.2", async () => {
  const world = await openWorld()
  const tokens = await obtainTokens(world.client, world.user)
  const place = await accessTokenPlace(tokens)
  await expectForgeriesRefused(world, {
    ...place,
    send: (token) => postForm("/revoke", world.client, { token }),
    expectRefused: async (response) => expect([response.status, await response.text()]).toEqual([200, "{}"]),
    expectAccepted: async () => expect((await place.readState()).revokedAt).not.toBeNull(),
    except: {
      expired: "A client may end the Session of an expired token.",
      "wrong audience": "A client may end the Session of a token for any audience.",
      "refresh token": "It is accepted here too.",
    },
  })
})

test("a forged access token cannot be exchanged - RFC 8725 3, RFC 8693 2.1", async () => {
  const world = await openWorld()
  const service = await resourceServer()
  const form = {
    grant_type: tokenExchangeGrant,
    subject_token_type: "urn:ietf:params:oauth:token-type:access_token",
  }
  await expectForgeriesRefused(world, {
    ...(await accessTokenPlace(await obtainTokens(world.client, world.user, { resource }))),
    send: (subject_token) => postForm("/token", service, { ...form, subject_token }),
    expectRefused: (response) => expectOAuthError(response, "invalid_grant"),
    expectAccepted: readTokens,
  })
})

const idTokenPlace = async ({ id_token = "" }: Tokens) =>
  ({
    kind: "ID token",
    good: id_token,
    token: takeApart(id_token, await serverKey()),
    types: ["JWT"],
  }) satisfies Partial<Place>

const anyAge = "A hint may have expired: a user stays signed in for longer (OpenID Connect Core 1.0 section 3.1.2.1)."

test("a forged id_token_hint is refused at /authorize - RFC 8725 3, OpenID Connect Core 3.1.2.1", async () => {
  const world = await openWorld()
  const { client, user, tokens } = world
  const browser = await openBrowser(user)
  await expectForgeriesRefused(world, {
    ...(await idTokenPlace(tokens)),
    send: (id_token_hint) =>
      browser.fetch(
        `/authorize?${authorizationParameters(client, makePkce().codeChallenge, { prompt: "none", id_token_hint })}`,
      ),
    expectRefused: async (response) => expectErrorRedirect(response, "invalid_request"),
    expectAccepted: async (response) => expectCode(response),
    readState: () => countAuthorizations(client.clientId),
    except: { expired: anyAge },
  })
})

/** The rows that a sign-out deletes or changes. */
const readBrowserSession = ({ cookies }: TestBrowser) =>
  query(`SELECT * FROM "BrowserSession" WHERE "tokenHash" = ?`, [hashToken(cookies.get(cookieName("session")) ?? "")])

test("a forged id_token_hint is refused at /end-session - RFC 8725 3, RP-Initiated Logout 2", async () => {
  const world = await openWorld()
  const browser = await openBrowser(world.user)
  await expectForgeriesRefused(world, {
    ...(await idTokenPlace(world.tokens)),
    send: (id_token_hint) =>
      browser.fetch(`/end-session?${new URLSearchParams({ id_token_hint, post_logout_redirect_uri: redirectUri })}`),
    expectRefused: (response) => expectErrorPage(response, { title: "This sign-out link doesn't work" }),
    expectAccepted: async (response) => expect(response.headers.get("location")).toBe(redirectUri),
    readState: () => readBrowserSession(browser),
    except: { expired: anyAge },
  })
})

test("a forged client assertion is refused - RFC 8725 3, RFC 7523 3", async () => {
  const world = await openWorld()
  const { client } = world
  const { client_assertion: good = "", client_assertion_type } = await signAssertion(client)
  await expectForgeriesRefused(world, {
    kind: "client assertion",
    good,
    token: takeApart(good, keyOf(world)),
    types: [undefined, "JWT", "client-authentication+jwt"],
    send: (client_assertion) =>
      postForm("/token", null, { grant_type: "client_credentials", client_assertion, client_assertion_type }),
    expectRefused: (response) => expectOAuthError(response, "invalid_client", 401),
    expectAccepted: async (response) => expect(response.status).toBe(200),
    expectUsed: (response) => expectOAuthError(response, "invalid_client", 401),
    readState: () => countAuthorizations(client.clientId),
  })
})

const requestTypes = [undefined, "JWT", "oauth-authz-req+jwt"]
/** RFC 9101 section 6.2 refuses it; an unsigned one has an error code of its own (OpenID Connect Core 1.0 section 3.1.2.6). */
const requestError = (token: string) => (isUnsigned(token) ? "request_not_supported" : "invalid_request_object")
const isUnsigned = (token: string) =>
  Buffer.from(token.split(".")[0] ?? "", "base64url")
    .toString()
    .includes('"alg":"none"')

test("a forged request object is refused at /authorize - RFC 8725 3, RFC 9101 6.2", async () => {
  const world = await openWorld()
  const { client, user } = world
  const good = await signRequest(client)
  const browser = await openBrowser(user)
  const beside = { client_id: client.clientId, redirect_uri: redirectUri, state: "the-client-s-state" }
  await expectForgeriesRefused(world, {
    kind: "request object",
    good,
    token: takeApart(good, keyOf(world)),
    types: requestTypes,
    send: (request) => browser.fetch(`/authorize?${new URLSearchParams({ ...beside, request })}`),
    expectRefused: async (response, token) => expectErrorRedirect(response, requestError(token)),
    expectAccepted: async (response) => expectCode(response),
    readState: () => countAuthorizations(client.clientId),
  })
})

test("a forged request object is refused at /par - RFC 8725 3, RFC 9126 3", async () => {
  const world = await openWorld()
  const { client } = world
  const good = await signRequest(client)
  await expectForgeriesRefused(world, {
    kind: "request object",
    good,
    token: takeApart(good, keyOf(world)),
    types: requestTypes,
    send: (request) => postForm("/par", client, { request }),
    expectRefused: (response, token) => expectOAuthError(response, requestError(token)),
    expectAccepted: async (response) => expect(response.status).toBe(201),
    readState: () => countAuthorizations(client.clientId),
  })
})

const proofExceptions = {
  "jwk in the header": "A proof names its key there.",
  "foreign kid": "The key is in the jwk header, and the kid is not read.",
  "wrong issuer": "A proof has no issuer.",
}

const proofPlace = (world: World, good: string) =>
  ({
    kind: "DPoP proof",
    good,
    token: takeApart(good, keyOf(world)),
    types: ["dpop+jwt"],
    except: proofExceptions,
    claims: {
      expired: { iat: secondsFromNow(-120) },
      "not yet valid": { iat: secondsFromNow(120) },
      "wrong audience": { htu: "https://elsewhere.example/token" },
      "altered payload": { iat: secondsFromNow(1) },
    },
  }) satisfies Partial<Place>

test("a forged DPoP proof is refused at /token - RFC 8725 3, RFC 9449 4.3", async () => {
  const world = await openWorld()
  const { client, dpopKey } = world
  await expectForgeriesRefused(world, {
    ...proofPlace(world, await signProof(dpopKey, { path: "/token" })),
    send: (proof) => postForm("/token", client, { grant_type: "client_credentials" }, { headers: { DPoP: proof } }),
    expectRefused: (response) => expectOAuthError(response, "invalid_dpop_proof"),
    expectAccepted: async (response) => expect(await response.json()).toMatchObject({ token_type: "DPoP" }),
    expectUsed: (response) => expectOAuthError(response, "invalid_dpop_proof"),
    readState: () => countAuthorizations(client.clientId),
  })
})

test("a forged DPoP proof is refused at /userinfo - RFC 8725 3, RFC 9449 4.3, 7.1", async () => {
  const world = await openWorld()
  const { client, user, dpopKey } = world
  const headers = { DPoP: await signProof(dpopKey, { path: "/token" }) }
  const { code, codeVerifier } = await obtainCode(client, user)
  const form = { grant_type: "authorization_code", code, code_verifier: codeVerifier }
  const { access_token: accessToken } = await readTokens(await postForm("/token", client, form, { headers }))
  const path = "/userinfo"
  await expectForgeriesRefused(world, {
    ...proofPlace(world, await signProof(dpopKey, { method: "GET", path, accessToken })),
    send: (DPoP) => fetch(at(path), { headers: { Authorization: `DPoP ${accessToken}`, DPoP } }),
    expectRefused: (response) => expectOAuthError(response, "invalid_dpop_proof", 401),
    expectAccepted: async (response) => expect(response.status).toBe(200),
    expectUsed: (response) => expectOAuthError(response, "invalid_dpop_proof", 401),
    readState: () => readSession(decodeJwt<{ sid: string }>(accessToken).sid),
  })
})

const sealedExceptions = { "wrong typ": "It has no typ. Its audience and its key are those of its purpose." }

async function openSealed(token: string, purpose: KeyPurpose): Promise<Token<Uint8Array>> {
  const key = deriveKey(purpose)
  const { payload, protectedHeader } = await jwtDecrypt(token, key)
  return { header: { ...protectedHeader }, claims: payload, key }
}

test("a forged state token is refused at /callback - RFC 8725 3, RFC 7516 5.2", async () => {
  const world = await openWorld()
  const { client, user } = world
  const browser = await openBrowser()
  const { stateToken: good } = await beginAuthorization(browser, client)
  await signInTo(browser, user)
  await expectForgeriesRefused(world, {
    kind: "state token",
    good,
    token: await openSealed(good, "state-token"),
    send: (token) => callback(browser, token),
    expectRefused: (response) => expectErrorPage(response, { title: "This link has expired" }),
    expectAccepted: async (response) => expectCode(response),
    expectUsed: (response) => expectErrorPage(response, { title: "This link was already used" }),
    readState: () => countAuthorizations(client.clientId),
    except: sealedExceptions,
  })
})

test("a forged request_uri is refused at /authorize - RFC 8725 3, RFC 9126 7.3", async () => {
  const world = await openWorld()
  const { client, user } = world
  const browser = await openBrowser(user)
  const good = (await push(client)).slice(requestUriPrefix.length)
  await expectForgeriesRefused(world, {
    kind: "request_uri",
    good,
    token: await openSealed(good, "pushed-request"),
    send: (token) =>
      browser.fetch(
        `/authorize?${new URLSearchParams({ client_id: client.clientId, request_uri: requestUriPrefix + token })}`,
      ),
    expectRefused: (response) => expectErrorPage(response),
    expectAccepted: async (response) => expectCode(response),
    expectUsed: (response) => expectErrorPage(response, { title: "This link was already used" }),
    readState: () => countAuthorizations(client.clientId),
    except: sealedExceptions,
  })
})

test("a forged initial access token is refused at /register - RFC 8725 3, RFC 7591 3", async () => {
  const world = await openWorld()
  const client_name = `A client ${crypto.randomUUID()}`
  const good = remember(await issueInitialAccessToken({ seconds: 60, reusable: false }))
  await expectForgeriesRefused(world, {
    kind: "initial access token",
    good,
    token: await openSealed(good, "initial-access-token"),
    send: (token) =>
      fetch(at("/register"), {
        method: "POST",
        headers: { "Content-Type": "application/json", Authorization: `Bearer ${token}` },
        body: JSON.stringify({ client_name, redirect_uris: [redirectUri] }),
      }),
    expectRefused: (response) => expectOAuthError(response, "invalid_token", 401),
    async expectAccepted(response) {
      expect(response.status).toBe(201)
      const { client_secret, registration_access_token } = await response.json()
      for (const secret of [client_secret, registration_access_token]) remember(secret)
    },
    expectUsed: (response) => expectOAuthError(response, "invalid_token", 401),
    readState: () => query(`SELECT COUNT(*) AS n FROM "Client" WHERE "clientName" = ?`, [client_name]),
    except: {
      ...sealedExceptions,
      "wrong issuer": "It has no issuer. Its key is derived from the secret of this server.",
    },
  })
})
