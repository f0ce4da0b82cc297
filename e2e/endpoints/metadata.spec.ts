import { tokenExchangeGrant } from "@/lib/clients/grant-types"
import { locales } from "@/lib/i18n/locales"
import { standardClaims } from "@/lib/protocol/claims"
import { deviceCodeGrant } from "@/lib/sessions/device-code"
import { readInteraction } from "../fixtures/authorization"
import { testEnvironment } from "../fixtures/environment"
import { startInstance } from "../fixtures/instances"
import { authorize, expect, expectOAuthError, makePkce, openBrowser, registerClient, test } from "../fixtures/world"

type Metadata = { prompt_values_supported: string[] } & Record<string, unknown>

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
