import type { KeyObject } from "node:crypto"
import { decodeJwt, jwtDecrypt } from "jose"
import { tokenExchangeGrant } from "@/lib/clients/grant-types"
import { issueInitialAccessToken } from "@/lib/clients/initial-access-token"
import { updateClient } from "@/lib/data/clients"
import { findUserByEmail } from "@/lib/data/users"
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
import { signProof } from "../fixtures/dpop"
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
import { type IdentityProvider, openIdentityProvider } from "../fixtures/identity-provider"
import { serve } from "../fixtures/journey"
import { countAuthorizations, query, readSession } from "../fixtures/rows"
import { remember } from "../fixtures/secrets"
import {
  createTokenOwner,
  issueEveryKind,
  type KindName,
  keyOf,
  kindNames,
  pushRequest,
  requestUriPrefix,
  sealFormResult,
  signRequest,
  type TokenOwner,
} from "../fixtures/token-kinds"
import {
  authorizationParameters,
  expect,
  expectOAuthError,
  locationOf,
  makePkce,
  obtainCode,
  obtainTokens,
  openBrowser,
  postForm,
  readTokens,
  redirectUri,
  registerClient,
  signAssertion,
  TestBrowser,
  type Tokens,
  test,
} from "../fixtures/world"

// One table: every way to forge a JWT, and every kind of token, at every place where a JWT is accepted. Each place lists
// what does not apply there, with the reason.

/** A row of the table. */
type Place = {
  /** The kind of token that is accepted here. */
  kind: KindName | "ID token of a provider"
  /** The good token, taken apart. */
  token: Token<KeyObject> | Token<Uint8Array>
  /** The values of typ that are accepted, for a signed token. */
  types?: (string | undefined)[]
  /** The claims that make a token invalid here, if they are others than usual. */
  claims?: Partial<Record<ForgeryName, Record<string, unknown>>>
  /** The token that is accepted after all the forged ones. */
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
async function expectForgeriesRefused({ client, user, dpopKey, tokens }: TokenOwner, place: Place): Promise<void> {
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
  const owner = await createTokenOwner()
  await expectForgeriesRefused(owner, {
    ...(await accessTokenPlace(owner.tokens)),
    send: (token) => fetch(at("/introspect"), { headers: { Authorization: `Bearer ${token}` } }),
    expectRefused: (response) => expectOAuthError(response, "invalid_token", 401),
    expectAccepted: async (response) => expect(await response.json()).toMatchObject({ active: true }),
    except: { "wrong audience": anyAudience },
  })
})

test("a forged access token is refused at /userinfo - RFC 8725 3, RFC 9068 4", async () => {
  const owner = await createTokenOwner()
  const inHeader = (token: string) => fetch(at("/userinfo"), { headers: { Authorization: `Bearer ${token}` } })
  const inForm = (access_token: string) => postForm("/userinfo", null, { access_token })
  for (const send of [inHeader, inForm]) {
    await expectForgeriesRefused(owner, {
      ...(await accessTokenPlace(owner.tokens)),
      send,
      expectRefused: (response) => expectOAuthError(response, "invalid_token", 401),
      expectAccepted: async (response) => expect(response.status).toBe(200),
    })
  }
})

test("a forged access token is not active at POST /introspect - RFC 8725 3, RFC 7662 2.2", async () => {
  const owner = await createTokenOwner()
  const caller = await resourceServer()
  await expectForgeriesRefused(owner, {
    ...(await accessTokenPlace(await obtainTokens(owner.client, owner.user, { resource }))),
    send: (token) => postForm("/introspect", caller, { token }),
    expectRefused: async (response) => expect(await response.json()).toEqual({ active: false }),
    expectAccepted: async (response) => expect(await response.json()).toMatchObject({ active: true }),
  })
})

test("a forged access token ends no Session at POST /revoke - RFC 8725 3, RFC 7009 2.2", async () => {
  const owner = await createTokenOwner()
  const tokens = await obtainTokens(owner.client, owner.user)
  const place = await accessTokenPlace(tokens)
  await expectForgeriesRefused(owner, {
    ...place,
    send: (token) => postForm("/revoke", owner.client, { token }),
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
  const owner = await createTokenOwner()
  const service = await resourceServer()
  const form = {
    grant_type: tokenExchangeGrant,
    subject_token_type: "urn:ietf:params:oauth:token-type:access_token",
  }
  await expectForgeriesRefused(owner, {
    ...(await accessTokenPlace(await obtainTokens(owner.client, owner.user, { resource }))),
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
  const owner = await createTokenOwner()
  const { client, user, tokens } = owner
  const browser = await openBrowser(user)
  await expectForgeriesRefused(owner, {
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
  const owner = await createTokenOwner()
  const browser = await openBrowser(owner.user)
  await expectForgeriesRefused(owner, {
    ...(await idTokenPlace(owner.tokens)),
    send: (id_token_hint) =>
      browser.fetch(`/end-session?${new URLSearchParams({ id_token_hint, post_logout_redirect_uri: redirectUri })}`),
    expectRefused: (response) => expectErrorPage(response, { title: "This sign-out link doesn't work" }),
    expectAccepted: async (response) => expect(response.headers.get("location")).toBe(redirectUri),
    readState: () => readBrowserSession(browser),
    except: { expired: anyAge },
  })
})

/** Sends the table of client assertions to an endpoint. @param status of a request with the good one */
async function expectAssertionsRefused(owner: TokenOwner, path: string, form: Record<string, string>, status: number) {
  const { client } = owner
  const { client_assertion: good = "", client_assertion_type } = await signAssertion(client)
  await expectForgeriesRefused(owner, {
    kind: "client assertion",
    good,
    token: takeApart(good, keyOf(owner)),
    types: [undefined, "JWT", "client-authentication+jwt"],
    send: (client_assertion) => postForm(path, null, { ...form, client_assertion, client_assertion_type }),
    expectRefused: (response) => expectOAuthError(response, "invalid_client", 401),
    expectAccepted: async (response) => expect(response.status, path).toBe(status),
    expectUsed: (response) => expectOAuthError(response, "invalid_client", 401),
    readState: () => countAuthorizations(client.clientId),
  })
}

test("a forged client assertion is refused - RFC 8725 3, RFC 7523 3", async () => {
  const owner = await createTokenOwner()
  for (const [path, form, status] of [
    ["/token", { grant_type: "client_credentials" }, 200],
    // The client is authenticated, and then the rest of the request is refused.
    ["/refresh", { refresh_token: "x" }, 400],
    ["/par", {}, 400],
    ["/device_authorization", {}, 400],
    ["/introspect", { token: "x" }, 200],
    ["/revoke", { token: "x" }, 200],
  ] as const) {
    await expectAssertionsRefused(owner, path, form, status)
  }
})

test("a forged token of a client with a jwks_uri is refused - RFC 8725 3, RFC 7523 3, RFC 9126 3", async () => {
  const owner = await createTokenOwner()
  const { client } = owner
  let fetches = 0
  const site = await serve((_request, response) => {
    fetches++
    response.writeHead(200, { "Content-Type": "application/json" }).end(client.jwks)
  })
  try {
    const published = { jwks: null, jwksUri: `${site.origin}/published-keys` }
    await updateClient(client.clientId, () => published, { actor: "operator" })
    await expectAssertionsRefused(owner, "/token", { grant_type: "client_credentials" }, 200)
    await expectPushedRequestsRefused(owner)
    expect(fetches).toBeGreaterThan(0)
  } finally {
    await site.close()
  }
})

const requestTypes = [undefined, "JWT", "oauth-authz-req+jwt"]
/** RFC 9101 section 6.2 refuses it; an unsigned one has an error code of its own (OpenID Connect Core 1.0 section 3.1.2.6). */
const requestError = (token: string) => (isUnsigned(token) ? "request_not_supported" : "invalid_request_object")
const isUnsigned = (token: string) =>
  Buffer.from(token.split(".")[0] ?? "", "base64url")
    .toString()
    .includes('"alg":"none"')

test("a forged request object is refused at /authorize - RFC 8725 3, RFC 9101 6.2", async () => {
  const owner = await createTokenOwner()
  const { client, user } = owner
  const good = await signRequest(client)
  const browser = await openBrowser(user)
  const beside = { client_id: client.clientId, redirect_uri: redirectUri, state: "the-client-s-state" }
  await expectForgeriesRefused(owner, {
    kind: "request object",
    good,
    token: takeApart(good, keyOf(owner)),
    types: requestTypes,
    send: (request) => browser.fetch(`/authorize?${new URLSearchParams({ ...beside, request })}`),
    expectRefused: async (response, token) => expectErrorRedirect(response, requestError(token)),
    expectAccepted: async (response) => expectCode(response),
    readState: () => countAuthorizations(client.clientId),
  })
})

/** Sends the table of request objects to /par. */
async function expectPushedRequestsRefused(owner: TokenOwner) {
  const { client } = owner
  const good = await signRequest(client)
  await expectForgeriesRefused(owner, {
    kind: "request object",
    good,
    token: takeApart(good, keyOf(owner)),
    types: requestTypes,
    send: (request) => postForm("/par", client, { request }),
    expectRefused: (response, token) => expectOAuthError(response, requestError(token)),
    expectAccepted: async (response) => expect(response.status).toBe(201),
    readState: () => countAuthorizations(client.clientId),
  })
}

test("a forged request object is refused at /par - RFC 8725 3, RFC 9126 3", async () => {
  await expectPushedRequestsRefused(await createTokenOwner())
})

const proofExceptions = {
  "jwk in the header": "A proof names its key there.",
  "foreign kid": "The key is in the jwk header, and the kid is not read.",
  "wrong issuer": "A proof has no issuer.",
}

const proofPlace = (owner: TokenOwner, good: string) =>
  ({
    kind: "DPoP proof",
    good,
    token: takeApart(good, keyOf(owner)),
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
  const owner = await createTokenOwner()
  const { client, dpopKey } = owner
  await expectForgeriesRefused(owner, {
    ...proofPlace(owner, await signProof(dpopKey, { path: "/token" })),
    send: (proof) => postForm("/token", client, { grant_type: "client_credentials" }, { headers: { DPoP: proof } }),
    expectRefused: (response) => expectOAuthError(response, "invalid_dpop_proof"),
    expectAccepted: async (response) => expect(await response.json()).toMatchObject({ token_type: "DPoP" }),
    expectUsed: (response) => expectOAuthError(response, "invalid_dpop_proof"),
    readState: () => countAuthorizations(client.clientId),
  })
})

test("a forged DPoP proof is refused at /refresh and /par - RFC 8725 3, RFC 9449 4.3, 10.1", async () => {
  const owner = await createTokenOwner()
  const { client, user, dpopKey } = owner
  const { refresh_token } = await obtainTokens(client, user)
  const { client_id, ...request } = Object.fromEntries(authorizationParameters(client, makePkce().codeChallenge))
  const expectUsed = (response: Response) => expectOAuthError(response, "invalid_dpop_proof")
  for (const [path, form, more] of [
    ["/refresh", { refresh_token }, { expectUsed }],
    // Nothing is stored there, so nothing is used up (docs/decisions/030).
    ["/par", request, {}],
  ] as const) {
    await expectForgeriesRefused(owner, {
      ...proofPlace(owner, await signProof(dpopKey, { path })),
      send: (proof) => postForm(path, client, form, { headers: { DPoP: proof } }),
      expectRefused: (response) => expectOAuthError(response, "invalid_dpop_proof"),
      expectAccepted: async (response) => expect(response.ok, path).toBe(true),
      readState: () => countAuthorizations(client.clientId),
      ...more,
    })
  }
})

test("a forged DPoP proof is refused at /userinfo and GET /introspect - RFC 8725 3, RFC 9449 4.3, 7.1", async () => {
  const owner = await createTokenOwner()
  const { client, user, dpopKey } = owner
  const headers = { DPoP: await signProof(dpopKey, { path: "/token" }) }
  const { code, codeVerifier } = await obtainCode(client, user)
  const form = { grant_type: "authorization_code", code, code_verifier: codeVerifier }
  const { access_token: accessToken } = await readTokens(await postForm("/token", client, form, { headers }))
  for (const path of ["/userinfo", "/introspect"]) {
    await expectForgeriesRefused(owner, {
      ...proofPlace(owner, await signProof(dpopKey, { method: "GET", path, accessToken })),
      send: (DPoP) => fetch(at(path), { headers: { Authorization: `DPoP ${accessToken}`, DPoP } }),
      expectRefused: (response) => expectOAuthError(response, "invalid_dpop_proof", 401),
      expectAccepted: async (response) => expect(response.status).toBe(200),
      expectUsed: (response) => expectOAuthError(response, "invalid_dpop_proof", 401),
      readState: () => readSession(decodeJwt<{ sid: string }>(accessToken).sid),
    })
  }
})

const sealedExceptions = { "wrong typ": "It has no typ. Its audience and its key are those of its purpose." }

async function openSealed(token: string, purpose: KeyPurpose): Promise<Token<Uint8Array>> {
  const key = deriveKey(purpose)
  const { payload, protectedHeader } = await jwtDecrypt(token, key)
  return { header: { ...protectedHeader }, claims: payload, key }
}

test("a forged state token is refused at /callback - RFC 8725 3, RFC 7516 5.2", async () => {
  const owner = await createTokenOwner()
  const { client, user } = owner
  const browser = await openBrowser()
  const { stateToken: good } = await beginAuthorization(browser, client)
  await signInTo(browser, user)
  await expectForgeriesRefused(owner, {
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
  const owner = await createTokenOwner()
  const { client, user } = owner
  const browser = await openBrowser(user)
  const good = await pushRequest(client)
  await expectForgeriesRefused(owner, {
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
  const owner = await createTokenOwner()
  const client_name = `A client ${crypto.randomUUID()}`
  const good = remember(await issueInitialAccessToken({ seconds: 60, reusable: false }))
  await expectForgeriesRefused(owner, {
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

test("a forged form result shows nothing on a page - RFC 8725 3, RFC 7516 5.2", async () => {
  const email = `typed-${crypto.randomUUID()}@example.com`
  const good = remember(await sealFormResult("/sign-in", email))
  const noName = "It has no names. Its key is derived from the secret of this server, for this purpose."
  await expectForgeriesRefused(await createTokenOwner(), {
    kind: "form result",
    good,
    token: await openSealed(good, "form-result"),
    send: (token) => fetch(at("/sign-in"), { headers: { Cookie: `${cookieName("form")}=${token}` } }),
    async expectRefused(response) {
      expect(response.status).toBe(200)
      expect(await response.text()).not.toContain(email)
    },
    expectAccepted: async (response) => expect(await response.text()).toContain(email),
    readState: async () => null,
    except: { ...sealedExceptions, "wrong issuer": noName, "wrong audience": noName },
  })
})

/** Begins a sign-in at a provider. @returns what sends an answer of the provider, each to a new browser in the same state */
async function beginAt(provider: IdentityProvider) {
  const started = new TestBrowser()
  const headers = { Origin: at(""), "Sec-Fetch-Site": "same-origin" }
  const body = new URLSearchParams({ provider: provider.id })
  const sent = locationOf(await started.fetch("/sign-in/provider/submit", { method: "POST", body, headers }))
  const [state = "", nonce = ""] = ["state", "nonce"].map((name) => sent.searchParams.get(name) ?? "")
  const email = `${provider.id}@example.com`
  return {
    email,
    person: { sub: "the-person", email, email_verified: true, nonce },
    async send(idToken: string) {
      provider.issue(idToken)
      const browser = new TestBrowser()
      for (const [name, value] of started.cookies) browser.cookies.set(name, value)
      const response = await browser.fetch(
        `/sign-in/provider/callback?${new URLSearchParams({ code: "a-code", state })}`,
      )
      return { browser, response }
    },
  }
}

function expectNotSignedIn(response: Response): void {
  expect(locationOf(response).pathname).toBe("/sign-in")
  expect(response.headers.getSetCookie().some((cookie) => cookie.startsWith(cookieName("session")))).toBe(false)
}

test("a forged ID token of another provider signs no one in - RFC 8725 3, OpenID Connect Core 3.1.3.7", async () => {
  const owner = await createTokenOwner()
  const provider = await openIdentityProvider()
  try {
    const { email, person, send } = await beginAt(provider)
    const readState = () => query(`SELECT COUNT(*) AS n FROM "User" WHERE "email" IN (?, ?)`, [email, owner.user.email])
    for (const changes of [{ nonce: "another" }, { nonce: undefined }, { exp: undefined }, { sub: undefined }]) {
      const { browser, response } = await send(await provider.sign({ ...person, ...changes }))
      expectNotSignedIn(response)
      const page = await (await browser.fetch("/sign-in")).text()
      expect(page, JSON.stringify(changes)).toContain("Signing in with that account didn")
    }
    const good = await provider.sign(person)
    await expectForgeriesRefused(owner, {
      kind: "ID token of a provider",
      good,
      token: takeApart(good, provider.key),
      send: async (idToken) => (await send(idToken)).response,
      expectRefused: async (response) => expectNotSignedIn(response),
      readState,
      async expectAccepted(response) {
        expect(locationOf(response).pathname).toBe("/")
        expect(await findUserByEmail(email)).toMatchObject({ email })
      },
      except: {
        "wrong typ": "An ID token needs no typ (OpenID Connect Core 1.0 section 2). The nonce is for one sign-in.",
      },
    })
  } finally {
    await provider.close()
  }
})

test("an ID token of another provider may have an HMAC by the secret that both know - OpenID Connect Core 3.1.3.7", async () => {
  const secret = remember(crypto.randomUUID())
  const provider = await openIdentityProvider(secret)
  try {
    const { person, send } = await beginAt(provider)
    for (const wrong of ["this-server", "null", `${secret}x`])
      expectNotSignedIn((await send(await provider.sign(person, wrong))).response)
    expect(locationOf((await send(await provider.sign(person, secret))).response).pathname).toBe("/")
    expect(locationOf((await send(await provider.sign(person))).response).pathname).toBe("/")
  } finally {
    await provider.close()
  }
})
