import { decodeJwt, decodeProtectedHeader } from "jose"
import { tokenExchangeGrant } from "@/lib/clients/grant-types"
import { locales } from "@/lib/i18n/locales"
import { standardClaims } from "@/lib/protocol/claims"
import { deviceCodeGrant } from "@/lib/sessions/device-code"
import { expectCode, readFormPost, readInteraction } from "../fixtures/authorization"
import { testEnvironment } from "../fixtures/environment"
import { startInstance } from "../fixtures/instances"
import {
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
  registerClient,
  test,
} from "../fixtures/world"

type Metadata = {
  issuer: string
  scopes_supported: string[]
  response_modes_supported: string[]
  grant_types_supported: string[]
  token_endpoint_auth_methods_supported: string[]
  introspection_endpoint_auth_methods_supported: string[]
  revocation_endpoint_auth_methods_supported: string[]
  prompt_values_supported: string[]
  id_token_signing_alg_values_supported: string[]
  claims_supported: string[]
} & Record<string, unknown>

const read = async (name: string): Promise<Metadata> =>
  (await fetch(new URL(`/.well-known/${name}`, testEnvironment().issuer))).json()
const serverMetadata = () => read("oauth-authorization-server")
const providerMetadata = () => read("openid-configuration")

const confidentialMethods = ["client_secret_basic", "client_secret_post", "private_key_jwt"]
const clientJwtAlgs = ["ES256", "PS256", "RS256", "EdDSA", "Ed25519"]

test("the authorization server's metadata - RFC 8414 2, 3.2", async () => {
  const { issuer } = testEnvironment()
  expect(await serverMetadata()).toEqual({
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    introspection_endpoint: `${issuer}/introspect`,
    revocation_endpoint: `${issuer}/revoke`,
    pushed_authorization_request_endpoint: `${issuer}/par`,
    registration_endpoint: `${issuer}/register`,
    device_authorization_endpoint: `${issuer}/device_authorization`,
    require_pushed_authorization_requests: false,
    jwks_uri: `${issuer}/jwks`,
    scopes_supported: ["openid", "profile", "email", "address", "phone", "offline_access"],
    response_types_supported: ["code"],
    response_modes_supported: ["query", "form_post"],
    grant_types_supported: [
      "authorization_code",
      "refresh_token",
      "client_credentials",
      deviceCodeGrant,
      tokenExchangeGrant,
    ],
    code_challenge_methods_supported: ["S256"],
    token_endpoint_auth_methods_supported: [...confidentialMethods, "none"],
    token_endpoint_auth_signing_alg_values_supported: clientJwtAlgs,
    introspection_endpoint_auth_methods_supported: confidentialMethods,
    introspection_endpoint_auth_signing_alg_values_supported: clientJwtAlgs,
    revocation_endpoint_auth_methods_supported: [...confidentialMethods, "none"],
    revocation_endpoint_auth_signing_alg_values_supported: clientJwtAlgs,
    authorization_response_iss_parameter_supported: true,
    dpop_signing_alg_values_supported: ["ES256", "PS256", "RS256", "EdDSA", "Ed25519"],
    request_object_signing_alg_values_supported: clientJwtAlgs,
    require_signed_request_object: false,
    introspection_signing_alg_values_supported: ["RS256", "ES256"],
  })
})

test("the OpenID Provider's metadata contains the server's and its own - OpenID Connect Discovery 3, 4.2", async () => {
  const { issuer } = testEnvironment()
  expect(await providerMetadata()).toEqual({
    ...(await serverMetadata()),
    userinfo_endpoint: `${issuer}/userinfo`,
    end_session_endpoint: `${issuer}/end-session`,
    backchannel_logout_supported: true,
    backchannel_logout_session_supported: true,
    frontchannel_logout_supported: false,
    subject_types_supported: ["public"],
    id_token_signing_alg_values_supported: ["RS256", "ES256"],
    claim_types_supported: ["normal"],
    claims_supported: [
      "sub",
      "iss",
      "aud",
      "exp",
      "iat",
      "auth_time",
      "nonce",
      "at_hash",
      "sid",
      "acr",
      "amr",
      ...standardClaims,
    ],
    acr_values_supported: ["1", "2"],
    ui_locales_supported: locales,
    userinfo_signing_alg_values_supported: ["RS256", "ES256"],
    prompt_values_supported: ["none", "login", "consent", "select_account", "create"],
    claims_parameter_supported: true,
    request_parameter_supported: true,
    request_uri_parameter_supported: false,
    require_request_uri_registration: false,
  })
})

test("both are JSON that can be cached for a minute, by GET and HEAD only - RFC 8414 3.2", async () => {
  for (const name of ["oauth-authorization-server", "openid-configuration"]) {
    const url = new URL(`/.well-known/${name}`, testEnvironment().issuer)
    for (const method of ["GET", "HEAD"]) {
      const response = await fetch(url, { method })
      expect(response.status).toBe(200)
      expect(response.headers.get("content-type")).toBe("application/json")
      expect(response.headers.get("cache-control")).toBe("public, max-age=60")
      expect((await response.text()).length > 0).toBe(method === "GET")
    }
    for (const method of ["POST", "PUT", "PATCH", "DELETE"]) {
      const response = await fetch(url, { method })
      expect(response.headers.get("allow")).toBe("GET, HEAD")
      await expectOAuthError(response, "invalid_request", 405)
    }
  }
})

test("the issuer is the configured one, whatever the Host and proxy headers contain - RFC 8414 3.3", async () => {
  const { request } = await import("node:http")
  const { issuer } = testEnvironment()
  const headers = {
    Host: "elsewhere.example",
    "X-Forwarded-Host": "elsewhere.example",
    "X-Forwarded-Proto": "https",
    Forwarded: "host=elsewhere.example",
  }
  const text = await new Promise<string>((resolve, reject) => {
    request(new URL("/.well-known/openid-configuration", issuer), { headers }, (response) => {
      let body = ""
      response.setEncoding("utf8").on("data", (chunk: string) => {
        body += chunk
      })
      response.on("end", () => resolve(body))
    })
      .on("error", reject)
      .end()
  })
  expect(JSON.parse(text)).toEqual(await providerMetadata())
})

test("each endpoint is at its address in the metadata - RFC 8414 2", async () => {
  const metadata = await providerMetadata()
  const get = (name: string) => fetch(String(metadata[name]), { redirect: "manual" })
  const post = (name: string) =>
    fetch(String(metadata[name]), { method: "POST", body: new URLSearchParams({ x: "y" }) })
  expect((await get("authorization_endpoint")).status).toBe(400)
  expect((await get("jwks_uri")).status).toBe(200)
  expect((await get("userinfo_endpoint")).status).toBe(401)
  const signedOut = await get("end_session_endpoint")
  expect([signedOut.status, signedOut.headers.get("location")]).toEqual([303, `${metadata.issuer}/sign-out`])
  for (const name of [
    "token_endpoint",
    "introspection_endpoint",
    "revocation_endpoint",
    "pushed_authorization_request_endpoint",
  ])
    await expectOAuthError(await post(name), "invalid_client", 401)
})

test("each advertised scope, prompt and response mode is accepted, and others are not - RFC 8414 2", async () => {
  const metadata = await providerMetadata()
  const client = await registerClient({ scope: metadata.scopes_supported.join(" ") })
  const browser = await openBrowser(await insertUser())
  const ask = async (changes: Record<string, string | undefined>) =>
    locationOf(await authorize(browser, client, makePkce(), changes))
  for (const scope of metadata.scopes_supported)
    expect((await ask({ scope })).searchParams.has("code"), scope).toBe(true)
  for (const response_mode of metadata.response_modes_supported) {
    const response = await authorize(browser, client, makePkce(), { response_mode })
    if (response_mode === "query") expectCode(response)
    else expect(readFormPost(await response.text()).fields).toHaveProperty("code")
  }
  for (const prompt of metadata.prompt_values_supported)
    expect((await ask({ prompt })).searchParams.has("error"), prompt).toBe(false)
  for (const other of [
    { scope: "groups" },
    { response_mode: "fragment" },
    { response_mode: "jwt" },
    { prompt: "other" },
    { response_type: "id_token" },
  ])
    expect((await ask(other)).searchParams.has("error"), JSON.stringify(other)).toBe(true)
})

test("each advertised authentication method works, and others do not - RFC 8414 2", async () => {
  const metadata = await serverMetadata()
  const user = await insertUser()
  for (const tokenEndpointAuthMethod of metadata.token_endpoint_auth_methods_supported) {
    const client = await registerClient({ tokenEndpointAuthMethod })
    const { access_token } = await obtainTokens(client, user)
    const introspected = await postForm("/introspect", client, { token: access_token })
    const mayIntrospect = metadata.introspection_endpoint_auth_methods_supported.includes(tokenEndpointAuthMethod)
    expect(introspected.status, tokenEndpointAuthMethod).toBe(mayIntrospect ? 200 : 401)
    expect(metadata.revocation_endpoint_auth_methods_supported).toContain(tokenEndpointAuthMethod)
    expect((await postForm("/revoke", client, { token: access_token })).status).toBe(200)
  }
  for (const tokenEndpointAuthMethod of ["client_secret_jwt", "self_signed_tls_client_auth", "tls_client_auth"])
    await expect(registerClient({ tokenEndpointAuthMethod })).rejects.toThrow("invalid_client_metadata")
})

test("each advertised grant type works, and others do not - RFC 8414 2", async () => {
  const { grant_types_supported } = await serverMetadata()
  const client = await registerClient()
  const code = await obtainCode(client, await insertUser())
  const { refresh_token } = await readTokens(await redeem(client, code))
  const refreshed = await postForm("/token", client, { grant_type: "refresh_token", refresh_token })
  expect(refreshed.status).toBe(200)
  const device = await registerClient({ grantTypes: [deviceCodeGrant] })
  expect((await postForm("/device_authorization", device, {})).status).toBe(200)
  const machine = await registerClient({ grantTypes: ["client_credentials"], scope: "invoices:read" })
  expect((await postForm("/token", machine, { grant_type: "client_credentials" })).status).toBe(200)
  expect(grant_types_supported).toEqual([
    "authorization_code",
    "refresh_token",
    "client_credentials",
    deviceCodeGrant,
    tokenExchangeGrant,
  ])
  for (const grant_type of ["password", "implicit", "urn:ietf:params:oauth:grant-type:jwt-bearer"])
    await expectOAuthError(await postForm("/token", client, { grant_type }), "unsupported_grant_type")
})

test("each advertised ID token algorithm can be registered, and others cannot - OpenID Connect Discovery 3", async () => {
  const { id_token_signing_alg_values_supported } = await providerMetadata()
  const user = await insertUser()
  for (const idTokenSignedResponseAlg of id_token_signing_alg_values_supported) {
    const { id_token = "" } = await obtainTokens(await registerClient({ idTokenSignedResponseAlg }), user)
    expect(decodeProtectedHeader(id_token).alg).toBe(idTokenSignedResponseAlg)
  }
  for (const idTokenSignedResponseAlg of ["none", "HS256", "PS256", "EdDSA"])
    await expect(registerClient({ idTokenSignedResponseAlg })).rejects.toThrow("invalid_client_metadata")
})

test("the advertised claims are those of tokens and userinfo - OpenID Connect Discovery 3", async () => {
  const { claims_supported, scopes_supported } = await providerMetadata()
  const stored = Object.fromEntries(standardClaims.map((claim) => [claim, `the ${claim}`]))
  const { name, email, email_verified, ...others } = stored
  const facts = { name, emailVerifiedAt: new Date(), claims: JSON.stringify(others) }
  const client = await registerClient({ scope: scopes_supported.join(" ") })
  const tokens = await obtainTokens(client, await insertUser(facts), { nonce: "a-nonce-here", scope: undefined })
  const headers = { Authorization: `Bearer ${tokens.access_token}` }
  const userInfo = await (await fetch(new URL("/userinfo", testEnvironment().issuer), { headers })).json()
  const seen = new Set([...Object.keys(decodeJwt(tokens.id_token ?? "")), ...Object.keys(userInfo)])
  expect([...seen].sort()).toEqual([...claims_supported].sort())
})

test("prompt create is advertised only where people can sign up - Initiating User Registration 1.0 4.2", async () => {
  const client = await registerClient()
  const { prompt_values_supported } = await providerMetadata()
  expect(prompt_values_supported).toContain("create")
  const response = await authorize(await openBrowser(), client, makePkce(), { prompt: "create" })
  expect(readInteraction(response).path).toBe("/sign-up")

  const closed = await startInstance({ SIGN_UP: "off" })
  try {
    const metadata = await (await fetch(`${closed.baseUrl}/.well-known/openid-configuration`)).json()
    expect(metadata.prompt_values_supported).toEqual(prompt_values_supported.filter((value) => value !== "create"))
    const browser = await openBrowser(undefined, closed.baseUrl)
    const begun = await authorize(browser, client, makePkce(), { prompt: "create" })
    expect(readInteraction(begun).path).toBe("/sign-in")
  } finally {
    await closed.stop()
  }
})

test("no other well-known document is here - RFC 8615 3", async () => {
  for (const name of [
    "oauth-authorization-server/x",
    "openid-configuration/x",
    "oauth-protected-resource",
    "webfinger",
    "x",
  ])
    expect((await fetch(new URL(`/.well-known/${name}`, testEnvironment().issuer))).status, name).toBe(404)
})
