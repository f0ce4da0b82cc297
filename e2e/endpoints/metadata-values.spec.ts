import { decodeJwt, decodeProtectedHeader, exportJWK, generateKeyPair, SignJWT } from "jose"
import { tokenExchangeGrant } from "@/lib/clients/grant-types"
import { standardClaims } from "@/lib/protocol/claims"
import { deviceCodeGrant } from "@/lib/sessions/device-code"
import {
  expectCode,
  expectErrorPage,
  expectErrorRedirect,
  readFormPost,
  readInteraction,
} from "../fixtures/authorization"
import { makeDpopKey, signProof } from "../fixtures/dpop"
import { testEnvironment } from "../fixtures/environment"
import { remember } from "../fixtures/secrets"
import {
  authorizationParameters,
  authorize,
  expect,
  expectOAuthError,
  insertUser,
  locationOf,
  makePkce,
  obtainCode,
  obtainTokens,
  openBrowser,
  postForm,
  readTokens,
  redeem,
  redirectUri,
  registerClient,
  signAssertion,
  type TestClient,
  test,
} from "../fixtures/world"

// Every value of the discovery document is used here, and values that it does not contain are refused. The last test fails
// when the document has a name that these tables do not.

const readMetadata = async (): Promise<Record<string, unknown>> =>
  (await fetch(`${testEnvironment().issuer}/.well-known/openid-configuration`)).json()

/** A list of the metadata. */
type List = {
  /** Uses an advertised value, and asserts that it works. */
  use(value: string): Promise<unknown>
  /** Values that are not advertised. */
  others: string[]
  /** Asserts that such a value is refused, or ignored where a specification demands that. */
  refuse(value: string): Promise<unknown>
}

async function exercise(lists: Record<string, List>): Promise<void> {
  const metadata = await readMetadata()
  for (const [name, { use, others, refuse }] of Object.entries(lists)) {
    const advertised = metadata[name] as string[]
    expect(advertised.length, name).toBeGreaterThan(0)
    for (const value of advertised) await test.step(`${name}: ${value}`, () => use(value))
    for (const value of others) {
      expect(advertised, name).not.toContain(value)
      await test.step(`${name}: not ${value}`, () => refuse(value))
    }
  }
}

const standardScope = "openid profile email address phone offline_access"

/** GET /authorize of a client with every standard scope, in the browser of a signed-in user. */
async function ask(changes: Record<string, string | undefined>): Promise<Response> {
  const client = await registerClient({ scope: standardScope })
  return authorize(await openBrowser(await insertUser()), client, makePkce(), changes)
}

const expectAskRefused = async (changes: Record<string, string>, error = "invalid_request") =>
  expectErrorRedirect(await ask(changes), error)

const requestLists: Record<string, List> = {
  scopes_supported: {
    async use(scope) {
      const client = await registerClient({ scope })
      expect(await obtainTokens(client, await insertUser(), { scope })).toMatchObject({ scope })
    },
    others: ["groups", "OpenID", "https://api.example/scope"],
    refuse: (scope) => expectAskRefused({ scope }, "invalid_scope"),
  },
  response_types_supported: {
    use: async (response_type) => expectCode(await ask({ response_type })),
    others: ["token", "id_token", "none", "code id_token", "code token"],
    refuse: (response_type) => expectAskRefused({ response_type }, "unsupported_response_type"),
  },
  response_modes_supported: {
    async use(response_mode) {
      const response = await ask({ response_mode })
      if (response_mode === "query") expectCode(response)
      else expect(remember(readFormPost(await response.text()).fields.code)).toBeDefined()
    },
    others: ["fragment", "jwt", "query.jwt", "form_post.jwt", "web_message"],
    refuse: (response_mode) => expectAskRefused({ response_mode }),
  },
  code_challenge_methods_supported: {
    use: async (code_challenge_method) =>
      obtainTokens(await registerClient(), await insertUser(), { code_challenge_method }),
    others: ["plain", "s256", "S512"],
    refuse: (code_challenge_method) => expectAskRefused({ code_challenge_method }),
  },
  prompt_values_supported: {
    use: async (prompt) => expect(locationOf(await ask({ prompt })).searchParams.has("error")).toBe(false),
    others: ["other", "NONE", "signup"],
    refuse: (prompt) => expectAskRefused({ prompt }),
  },
  acr_values_supported: {
    async use(acr) {
      const claims = JSON.stringify({ id_token: { acr: { essential: true, value: acr } } })
      // A password is one factor. A user who needs two adds one, and e2e/flows/second-factor.spec.ts continues from there.
      if (acr === "1") expectCode(await ask({ claims }))
      else expect(readInteraction(await ask({ claims })).path).toBe("/account/totp")
    },
    others: ["0", "3", "urn:mace:incommon:iap:silver"],
    refuse: (acr) =>
      expectAskRefused(
        { claims: JSON.stringify({ id_token: { acr: { essential: true, value: acr } } }) },
        "unmet_authentication_requirements",
      ),
  },
  ui_locales_supported: {
    use: async (locale) => expect(await languageOf(locale)).toBe(locale),
    others: ["tlh", "la", "xx"],
    // OpenID Connect Core 1.0 section 3.1.2.1: no error for a language that is not supported.
    refuse: async (locale) => expect(await languageOf(locale)).toBe("en"),
  },
}

/** The language of the sign-in page with this ui_locales. */
async function languageOf(ui_locales: string): Promise<string | undefined> {
  const browser = await openBrowser()
  const { path, stateToken } = readInteraction(
    await authorize(browser, await registerClient(), makePkce(), { ui_locales }),
  )
  const page = await (await browser.fetch(`${path}?${new URLSearchParams({ state: stateToken })}`)).text()
  // Where Next serves the page, it is the language of an element of it.
  return /lang="([^"]+)" dir="/.exec(page)?.[1]
}

test("each advertised value of an authorization request works, and others do not - RFC 8414 2, OpenID Connect Discovery 3", () =>
  exercise(requestLists))

/** Gets tokens by each grant type. */
const grants: Record<string, () => Promise<Response>> = {
  async authorization_code() {
    const client = await registerClient()
    return redeem(client, await obtainCode(client, await insertUser()))
  },
  async refresh_token() {
    const client = await registerClient()
    const { refresh_token } = await obtainTokens(client, await insertUser())
    return postForm("/token", client, { grant_type: "refresh_token", refresh_token })
  },
  async client_credentials() {
    const client = await registerClient({ grantTypes: ["client_credentials"], scope: "invoices:read" })
    return postForm("/token", client, { grant_type: "client_credentials" })
  },
  async [tokenExchangeGrant]() {
    const client = await registerClient({ grantTypes: ["authorization_code", tokenExchangeGrant] })
    const { access_token: subject_token } = await obtainTokens(client, await insertUser())
    const subject_token_type = "urn:ietf:params:oauth:token-type:access_token"
    return postForm("/token", client, { grant_type: tokenExchangeGrant, subject_token, subject_token_type })
  },
}

type AuthMethod = Parameters<typeof registerClient>[0] & {}

/** Gets tokens with this method, and sends one of them to an endpoint. */
async function authenticateAt(path: string, metadata: AuthMethod): Promise<Response> {
  const client = await registerClient(metadata)
  const { access_token } = await obtainTokens(client, await insertUser())
  return postForm(path, client, { token: access_token })
}

const otherMethods = ["client_secret_jwt", "tls_client_auth", "self_signed_tls_client_auth"]
const expectMethodRefused = (tokenEndpointAuthMethod: string) =>
  expect(registerClient({ tokenEndpointAuthMethod })).rejects.toThrow("invalid_client_metadata")

/** A client with a key of this algorithm. */
async function registerWithKey(alg: string): Promise<TestClient> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true })
  const jwks = JSON.stringify({ keys: [await exportJWK(publicKey)] })
  const client = await registerClient({
    tokenEndpointAuthMethod: "private_key_jwt",
    grantTypes: ["authorization_code", "client_credentials"],
    scope: "openid invoices:read",
    jwks,
  })
  return { ...client, privateKey }
}

/** Authenticates at an endpoint with an assertion that is signed with this algorithm. */
async function assertAt(path: string, alg: string): Promise<Response> {
  const client = await registerWithKey(alg)
  const { client_assertion = "", client_assertion_type } = await signAssertion(client, alg)
  const form = { grant_type: "client_credentials", token: "unknown", client_assertion, client_assertion_type }
  return postForm(path, null, form)
}

const otherAlgs = ["RS384", "RS512", "PS512", "ES384", "ES512"]
const assertionAlgs = (path: string): List => ({
  use: async (alg) => expect((await assertAt(path, alg)).status).toBe(200),
  others: otherAlgs,
  refuse: async (alg) => expectOAuthError(await assertAt(path, alg), "invalid_client", 401),
})

const clientLists: Record<string, List> = {
  grant_types_supported: {
    async use(grant) {
      const get = grants[grant]
      if (get) return readTokens(await get())
      // e2e/endpoints/device.spec.ts gets tokens, after a user has allowed it.
      const client = await registerClient({ grantTypes: [deviceCodeGrant] })
      const { device_code } = await (await postForm("/device_authorization", client, {})).json()
      remember(device_code)
      await expectOAuthError(
        await postForm("/token", client, { grant_type: grant, device_code }),
        "authorization_pending",
      )
    },
    others: ["password", "implicit", "urn:ietf:params:oauth:grant-type:jwt-bearer"],
    refuse: async (grant_type) =>
      expectOAuthError(await postForm("/token", await registerClient(), { grant_type }), "unsupported_grant_type"),
  },
  token_endpoint_auth_methods_supported: {
    use: async (tokenEndpointAuthMethod) =>
      obtainTokens(await registerClient({ tokenEndpointAuthMethod }), await insertUser()),
    others: otherMethods,
    refuse: expectMethodRefused,
  },
  introspection_endpoint_auth_methods_supported: {
    use: async (tokenEndpointAuthMethod) =>
      expect((await authenticateAt("/introspect", { tokenEndpointAuthMethod })).status).toBe(200),
    others: ["none", ...otherMethods],
    refuse: async (tokenEndpointAuthMethod) =>
      tokenEndpointAuthMethod === "none"
        ? expectOAuthError(await authenticateAt("/introspect", { tokenEndpointAuthMethod }), "invalid_client", 401)
        : expectMethodRefused(tokenEndpointAuthMethod),
  },
  revocation_endpoint_auth_methods_supported: {
    use: async (tokenEndpointAuthMethod) =>
      expect((await authenticateAt("/revoke", { tokenEndpointAuthMethod })).status).toBe(200),
    others: otherMethods,
    refuse: expectMethodRefused,
  },
  token_endpoint_auth_signing_alg_values_supported: assertionAlgs("/token"),
  introspection_endpoint_auth_signing_alg_values_supported: assertionAlgs("/introspect"),
  revocation_endpoint_auth_signing_alg_values_supported: assertionAlgs("/revoke"),
  request_object_signing_alg_values_supported: {
    use: async (alg) => expectCode(await askSigned(alg)),
    others: otherAlgs,
    refuse: async (alg) => expectErrorRedirect(await askSigned(alg), "invalid_request_object"),
  },
  dpop_signing_alg_values_supported: {
    use: async (alg) => expect(await readTokens(await prove(alg))).toMatchObject({ token_type: "DPoP" }),
    others: otherAlgs,
    refuse: async (alg) => expectOAuthError(await prove(alg), "invalid_dpop_proof"),
  },
}

/** GET /authorize with a request object that is signed with this algorithm. */
async function askSigned(alg: string): Promise<Response> {
  const client = await registerWithKey(alg)
  const own = { iss: client.clientId, aud: testEnvironment().issuer }
  const parameters = Object.fromEntries(authorizationParameters(client, makePkce().codeChallenge, { scope: "openid" }))
  if (!client.privateKey) throw new Error("The client has no key.")
  const request = await new SignJWT({ ...own, ...parameters })
    .setProtectedHeader({ alg, typ: "oauth-authz-req+jwt" })
    .sign(client.privateKey)
  const { client_id = "", redirect_uri = "", state = "" } = parameters
  const query = new URLSearchParams({ client_id, redirect_uri, state, request })
  return (await openBrowser(await insertUser())).fetch(`/authorize?${query}`)
}

/** POST /token with a DPoP proof that is signed with this algorithm. */
async function prove(alg: string): Promise<Response> {
  const client = await registerClient()
  const { code, codeVerifier } = await obtainCode(client, await insertUser())
  const form = { grant_type: "authorization_code", code, code_verifier: codeVerifier }
  const headers = { DPoP: await signProof(await makeDpopKey(alg), { path: "/token" }, { alg }) }
  return postForm("/token", client, form, { headers })
}

test("each advertised grant, client authentication and signature of a client works, and others do not - RFC 8414 2, RFC 9449 5.1", () =>
  exercise(clientLists))

const signedAlgs = ["none", "HS256", "PS256", "EdDSA", "ES384"]

const tokenLists: Record<string, List> = {
  id_token_signing_alg_values_supported: {
    async use(idTokenSignedResponseAlg) {
      const client = await registerClient({ idTokenSignedResponseAlg })
      const { id_token = "" } = await obtainTokens(client, await insertUser())
      expect(decodeProtectedHeader(id_token).alg).toBe(idTokenSignedResponseAlg)
    },
    others: signedAlgs,
    refuse: (idTokenSignedResponseAlg) =>
      expect(registerClient({ idTokenSignedResponseAlg })).rejects.toThrow("invalid_client_metadata"),
  },
  userinfo_signing_alg_values_supported: {
    async use(userinfoSignedResponseAlg) {
      const client = await registerClient({ userinfoSignedResponseAlg })
      const response = await userInfo((await obtainTokens(client, await insertUser())).access_token)
      expect(decodeProtectedHeader(remember(await response.text())).alg).toBe(userinfoSignedResponseAlg)
    },
    others: signedAlgs,
    refuse: (userinfoSignedResponseAlg) =>
      expect(registerClient({ userinfoSignedResponseAlg })).rejects.toThrow("invalid_client_metadata"),
  },
  introspection_signing_alg_values_supported: {
    async use(idTokenSignedResponseAlg) {
      const client = await registerClient({ idTokenSignedResponseAlg })
      const { access_token } = await obtainTokens(client, await insertUser())
      const headers = { Accept: "application/token-introspection+jwt" }
      const response = await postForm("/introspect", client, { token: access_token }, { headers })
      expect(decodeProtectedHeader(remember(await response.text())).alg).toBe(idTokenSignedResponseAlg)
    },
    others: signedAlgs,
    // The algorithm is that of the client's ID tokens.
    refuse: (idTokenSignedResponseAlg) =>
      expect(registerClient({ idTokenSignedResponseAlg })).rejects.toThrow("invalid_client_metadata"),
  },
  subject_types_supported: {
    async use(subject_type) {
      expect((await register({ subject_type })).status).toBe(201)
      const user = await insertUser()
      const subs = [await registerClient(), await registerClient()].map(
        async (client) => decodeJwt((await obtainTokens(client, user)).id_token ?? "").sub,
      )
      expect(await subs[0]).toBe(await subs[1])
    },
    others: ["pairwise"],
    refuse: async (subject_type) => expectOAuthError(await register({ subject_type }), "invalid_client_metadata"),
  },
  claim_types_supported: {
    use: async () => expect(await issuedClaims()).not.toContain("_claim_names"),
    others: ["aggregated", "distributed"],
    refuse: async () => expect(await issuedClaims()).not.toContain("_claim_sources"),
  },
  claims_supported: {
    use: async (claim) => expect(await issuedClaims()).toContain(claim),
    others: ["azp", "groups", "salary"],
    // OpenID Connect Core 1.0 section 5.5.1: a claim that is not available is left out.
    refuse: async (claim) =>
      expect(
        await issuedClaims({ claims: JSON.stringify({ userinfo: { [claim]: { essential: true } } }) }),
      ).not.toContain(claim),
  },
}

const userInfo = (accessToken: string) =>
  fetch(`${testEnvironment().issuer}/userinfo`, { headers: { Authorization: `Bearer ${accessToken}` } })

/** POST /register. */
async function register(metadata: object): Promise<Response> {
  const response = await fetch(`${testEnvironment().issuer}/register`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ client_name: "A client", redirect_uris: [redirectUri], ...metadata }),
  })
  const { client_secret, registration_access_token } = await response.clone().json()
  for (const secret of [client_secret, registration_access_token]) remember(secret)
  return response
}

/** The names of the claims in the ID token and the userinfo of a user who has every standard claim. */
async function issuedClaims(changes: Record<string, string> = {}): Promise<string[]> {
  const stored = Object.fromEntries(standardClaims.map((claim) => [claim, `the ${claim}`]))
  const { name, email, email_verified, ...others } = stored
  const user = await insertUser({ name, emailVerifiedAt: new Date(), claims: JSON.stringify(others) })
  const client = await registerClient({ scope: standardScope })
  const tokens = await obtainTokens(client, user, { nonce: "a-nonce-here", scope: undefined, ...changes })
  const info = await (await userInfo(tokens.access_token)).json()
  return [...Object.keys(decodeJwt(tokens.id_token ?? "")), ...Object.keys(info)]
}

test("each advertised signature and claim of a token is issued, and others are not - OpenID Connect Discovery 3, RFC 9701 7", () =>
  exercise(tokenLists))

test("no claim is issued that is not advertised - OpenID Connect Discovery 3", async () => {
  const { claims_supported } = await readMetadata()
  expect([...new Set(await issuedClaims())].sort()).toEqual([...(claims_supported as string[])].sort())
})

/** What each flag of the metadata promises. A missing one is false (RFC 8414 section 2). */
const flags: Record<string, { value: boolean; verify(): Promise<unknown> }> = {
  authorization_response_iss_parameter_supported: {
    value: true,
    verify: async () => expect(locationOf(await ask({})).searchParams.get("iss")).toBe(testEnvironment().issuer),
  },
  claims_parameter_supported: {
    value: true,
    verify: async () => expect(await issuedClaims({ claims: '{"id_token":{"picture":null}}' })).toContain("picture"),
  },
  request_parameter_supported: { value: true, verify: async () => expectCode(await askSigned("ES256")) },
  request_uri_parameter_supported: {
    value: false,
    verify: () => expectAskRefused({ request_uri: "https://client.example/r.jwt" }, "request_uri_not_supported"),
  },
  require_request_uri_registration: {
    value: false,
    // A pushed request needs no registration.
    verify: async () => expect((await pushRequest()).status).toBe(201),
  },
  require_pushed_authorization_requests: { value: false, verify: async () => expectCode(await ask({})) },
  require_signed_request_object: { value: false, verify: async () => expectCode(await ask({})) },
  backchannel_logout_supported: {
    value: true,
    // e2e/flows/sign-out.spec.ts receives logout tokens, with their sid.
    verify: async () => registerClient({ backchannelLogoutUri: "https://client.example/logout" }),
  },
  backchannel_logout_session_supported: {
    value: true,
    verify: async () => expect(await issuedClaims()).toContain("sid"),
  },
  frontchannel_logout_supported: {
    value: false,
    verify: async () =>
      expectOAuthError(
        await register({ frontchannel_logout_uri: "https://client.example/logout" }),
        "invalid_client_metadata",
      ),
  },
  client_id_metadata_document_supported: {
    value: false,
    verify: async () => expectErrorPage(await ask({ client_id: "https://client.example/client.json" })),
  },
}

async function pushRequest(): Promise<Response> {
  const client = await registerClient()
  const { client_id, ...form } = Object.fromEntries(authorizationParameters(client, makePkce().codeChallenge))
  return postForm("/par", client, form)
}

test("each flag of the metadata is true to what the server does - RFC 8414 2, OpenID Connect Discovery 3", async () => {
  const metadata = await readMetadata()
  for (const [name, { value, verify }] of Object.entries(flags)) {
    expect(metadata[name] ?? false, name).toBe(value)
    await test.step(name, verify)
  }
})

/** The response of each endpoint to an empty request. */
const endpoints: Record<string, { method: "GET" | "POST"; status: number; error?: string }> = {
  authorization_endpoint: { method: "GET", status: 400 },
  jwks_uri: { method: "GET", status: 200 },
  userinfo_endpoint: { method: "GET", status: 401, error: "invalid_token" },
  end_session_endpoint: { method: "GET", status: 303 },
  token_endpoint: { method: "POST", status: 401, error: "invalid_client" },
  introspection_endpoint: { method: "POST", status: 401, error: "invalid_client" },
  revocation_endpoint: { method: "POST", status: 401, error: "invalid_client" },
  pushed_authorization_request_endpoint: { method: "POST", status: 401, error: "invalid_client" },
  device_authorization_endpoint: { method: "POST", status: 401, error: "invalid_client" },
  registration_endpoint: { method: "POST", status: 400, error: "invalid_client_metadata" },
}

test("each endpoint is at its address in the metadata - RFC 8414 2", async () => {
  const metadata = await readMetadata()
  for (const [name, { method, status, error }] of Object.entries(endpoints)) {
    const isJson = name === "registration_endpoint"
    const body = isJson ? "[]" : new URLSearchParams({ x: "y" })
    const headers: Record<string, string> = isJson ? { "Content-Type": "application/json" } : {}
    const sent: RequestInit = method === "POST" ? { method, headers, body } : { redirect: "manual" }
    const response = await fetch(String(metadata[name]), sent)
    if (error) await expectOAuthError(response, error, status)
    else expect(response.status, name).toBe(status)
  }
})

test("every name of the metadata is in the tables of these tests - RFC 8414 2", async () => {
  const tables = [requestLists, clientLists, tokenLists, flags, endpoints].flatMap(Object.keys)
  expect(new Set(tables).size).toBe(tables.length)
  const optional = ["client_id_metadata_document_supported"]
  const expected = [...tables, "issuer"].filter((name) => !optional.includes(name))
  expect(Object.keys(await readMetadata()).sort()).toEqual(expected.sort())
})
