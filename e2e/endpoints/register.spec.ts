import { findClient } from "@/lib/data/clients"
import { addConsent, findConsent } from "@/lib/data/consents"
import { testEnvironment } from "../fixtures/environment"
import { runCli } from "../fixtures/example"
import { startInstance } from "../fixtures/instances"
import { remember } from "../fixtures/secrets"
import {
  expect,
  expectOAuthError,
  insertUser,
  isActive,
  obtainTokens,
  redirectUri,
  registerClient,
  type TestClient,
  test,
} from "../fixtures/world"

type Information = Record<string, unknown> & {
  client_id: string
  client_secret?: string
  registration_access_token: string
  registration_client_uri: string
}

const metadata = { client_name: "A new client", redirect_uris: [redirectUri] }

function register(body: unknown, { token, baseUrl }: { token?: string; baseUrl?: string } = {}): Promise<Response> {
  const headers = { "Content-Type": "application/json", ...(token && { Authorization: `Bearer ${token}` }) }
  const url = new URL("/register", baseUrl ?? testEnvironment().issuer)
  return fetch(url, { method: "POST", headers, body: typeof body === "string" ? body : JSON.stringify(body) })
}

async function readInformation(response: Response, status = 201): Promise<Information> {
  const information = (await response.json()) as Information
  expect(response.status, JSON.stringify(information)).toBe(status)
  expect(response.headers.get("cache-control")).toBe("no-store")
  for (const secret of [information.client_secret, information.registration_access_token]) remember(secret)
  return information
}

const manage = (method: string, { registration_client_uri, registration_access_token }: Information, body?: object) =>
  fetch(registration_client_uri, {
    method,
    headers: { Authorization: `Bearer ${registration_access_token}`, "Content-Type": "application/json" },
    ...(body && { body: JSON.stringify(body) }),
  })

test("a client registers itself and gets tokens - RFC 7591 3.1, 3.2.1", async () => {
  const information = await readInformation(await register({ ...metadata, scope: "openid email unknown" }))
  expect(information).toMatchObject({
    ...metadata,
    client_id: expect.stringMatching(/^[A-Za-z0-9_-]{22}$/),
    client_secret: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/),
    client_secret_expires_at: 0,
    client_id_issued_at: expect.any(Number),
    grant_types: ["authorization_code", "refresh_token"],
    response_types: ["code"],
    token_endpoint_auth_method: "client_secret_basic",
    scope: "openid email",
    registered_by: "open",
  })
  const publicClient = await readInformation(await register({ ...metadata, token_endpoint_auth_method: "none" }))
  expect(publicClient).not.toHaveProperty("client_secret")
})

test("bodies of real clients are accepted - RFC 7591 2", async () => {
  const agent = await readInformation(
    await register({
      application_type: "web",
      client_name: "oidc-agent:main",
      grant_types: ["refresh_token", "urn:ietf:params:oauth:grant-type:device_code"],
      response_types: [],
      redirect_uris: [
        "http://localhost:8080",
        "http://localhost:4242",
        "http://localhost:43985",
        "edu.kit.data.oidc-agent:/redirect",
      ],
      scope: "openid profile offline_access",
    }),
  )
  expect(agent.grant_types).toContain("refresh_token")
  const inspector = await readInformation(
    await register({
      redirect_uris: ["http://localhost:6274/oauth/callback"],
      token_endpoint_auth_method: "none",
      grant_types: ["authorization_code", "refresh_token"],
      response_types: ["code"],
      client_name: "MCP Inspector",
      client_uri: "https://github.com/modelcontextprotocol/inspector",
      logo_uri: null,
      software_id: "",
    }),
  )
  expect(inspector).toMatchObject({ token_endpoint_auth_method: "none", client_name: "MCP Inspector" })
})

test("the algorithm of assertions is registered for private_key_jwt, and ignored for other methods - RFC 7591 2, OpenID Connect Registration 2", async () => {
  const { jwks } = await registerClient({ tokenEndpointAuthMethod: "private_key_jwt" })
  const withKey = { ...metadata, token_endpoint_auth_method: "private_key_jwt", jwks: JSON.parse(jwks ?? "") }
  const alg = { token_endpoint_auth_signing_alg: "ES256" }
  expect(await readInformation(await register({ ...withKey, ...alg }))).toMatchObject(alg)
  expect(await readInformation(await register({ ...metadata, ...alg }))).not.toHaveProperty(Object.keys(alg))
  const unknown = await register({ ...withKey, token_endpoint_auth_signing_alg: "HS256" })
  await expectOAuthError(unknown, "invalid_client_metadata")
})

test("metadata that is wrong or not supported is refused by name - RFC 7591 3.2.2", async () => {
  const wrong: [object, string, RegExp][] = [
    [{ redirect_uris: [] }, "invalid_redirect_uri", /redirect URI/],
    [{ redirect_uris: ["http://client.example/"] }, "invalid_redirect_uri", /https/],
    [{ redirect_uris: ["https://client.example/#a"] }, "invalid_redirect_uri", /fragment/],
    [{ redirect_uris: ["vscode://app/callback"] }, "invalid_redirect_uri", /reverse-domain/],
    [{ redirect_uris: "https://client.example/" }, "invalid_client_metadata", /redirect_uris/],
    [{ client_name: "\u202eevil" }, "invalid_client_metadata", /client_name/],
    [{ grant_types: ["implicit"] }, "invalid_client_metadata", /grant_types/],
    [{ grant_types: ["client_credentials"] }, "invalid_client_metadata", /client_credentials/],
    [{ response_types: ["token"] }, "invalid_client_metadata", /response_types/],
    [{ scope: "invoices:read" }, "invalid_client_metadata", /scope/],
    [{ token_endpoint_auth_method: "client_secret_jwt" }, "invalid_client_metadata", /client_secret_jwt/],
    [{ token_endpoint_auth_method: "tls_client_auth" }, "invalid_client_metadata", /tls_client_auth/],
    [{ token_endpoint_auth_method: "private_key_jwt" }, "invalid_client_metadata", /jwks/],
    [{ jwks: { keys: [{ kty: { toString: 1, valueOf: 1 } }] } }, "invalid_client_metadata", /kty/],
    [{ jwks: { keys: [{ kty: ["EC"] }] } }, "invalid_client_metadata", /kty/],
    [{ jwks_uri: "https://10.0.0.1/jwks" }, "invalid_client_metadata", /jwks_uri/],
    [{ backchannel_logout_uri: "https://10.0.0.1/" }, "invalid_client_metadata", /backchannel_logout_uri/],
    [{ frontchannel_logout_uri: "https://client.example/" }, "invalid_client_metadata", /frontchannel_logout_uri/],
    [{ id_token_encrypted_response_alg: "RSA-OAEP" }, "invalid_client_metadata", /id_token_encrypted_response_alg/],
    [{ tls_client_certificate_bound_access_tokens: true }, "invalid_client_metadata", /tls_client_certificate/],
    [{ subject_type: "pairwise" }, "invalid_client_metadata", /subject_type/],
  ]
  for (const [changes, error, description] of wrong) {
    const response = await register({ ...metadata, ...changes })
    expect(((await response.clone().json()) as { error_description: string }).error_description).toMatch(description)
    await expectOAuthError(response, error)
  }
  for (const body of ["", "{", "[]", "null", "1", '"a"', "[".repeat(10_000)])
    expect((await register(body)).status, body.slice(0, 20)).toBe(400)
  expect((await register({ ...metadata, more: "x".repeat(40_000) })).status).toBe(413)
  const form = await fetch(`${testEnvironment().issuer}/register`, { method: "POST", body: new URLSearchParams() })
  await expectOAuthError(form, "invalid_request")
})

test("a client that registered itself cannot skip consent or introspect other tokens - RFC 7591 5", async () => {
  const information = await readInformation(
    await register({ ...metadata, first_party: true, resource_server: true, require_pkce: false, firstParty: true }),
  )
  expect(information).toMatchObject({ first_party: false, resource_server: false, require_pkce: true })
})

test("a client reads, replaces and deletes its registration - RFC 7592 2.1, 2.2, 2.3", async () => {
  const information = await readInformation(await register(metadata))
  const { client_id, registration_access_token, registration_client_uri } = information
  const read = await readInformation(await manage("GET", information), 200)
  expect(read).toMatchObject({
    client_id,
    client_name: "A new client",
    registration_access_token,
    registration_client_uri,
  })
  expect(read).not.toHaveProperty("client_secret")

  const changed = { client_id, redirect_uris: ["https://elsewhere.example/callback"] }
  // What the operator demands of the client, it cannot take back.
  await runCli("client", "update", client_id, "--require-second-factor", "--strict-scope")
  const replaced = await readInformation(await manage("PUT", information, changed), 200)
  expect(await findClient(client_id)).toMatchObject({ requireSecondFactor: true, strictScope: true })
  expect(replaced).toMatchObject({ ...changed, client_name: "elsewhere.example" })
  await expectOAuthError(await manage("PUT", information, { redirect_uris: [redirectUri] }), "invalid_client_metadata")
  await expectOAuthError(
    await manage("PUT", information, { ...changed, client_secret: "another" }),
    "invalid_client_metadata",
  )
  await expectOAuthError(await manage("PUT", information, { ...changed, redirect_uris: ["x"] }), "invalid_redirect_uri")

  expect((await manage("DELETE", information)).status).toBe(204)
  await expectOAuthError(await manage("GET", information), "invalid_token", 401)
})

test("only its own registration access token opens a registration - RFC 7592 2", async () => {
  const information = await readInformation(await register(metadata))
  const other = await readInformation(await register(metadata))
  const byOperator = await registerClient()
  const wrong: Information[] = [
    { ...information, registration_access_token: other.registration_access_token },
    { ...information, registration_access_token: information.client_secret ?? "" },
    {
      ...information,
      registration_client_uri: `${testEnvironment().issuer}/register?client_id=${byOperator.clientId}`,
    },
    { ...information, registration_client_uri: `${testEnvironment().issuer}/register?client_id=unknown` },
    { ...information, registration_client_uri: `${testEnvironment().issuer}/register` },
  ]
  for (const attempt of wrong)
    for (const method of ["GET", "PUT", "DELETE"])
      await expectOAuthError(await manage(method, attempt, method === "PUT" ? {} : undefined), "invalid_token", 401)
  expect((await manage("GET", information)).status).toBe(200)
})

test("consents end when a client changes the hosts of its redirect URIs - RFC 7592 2.2", async () => {
  const information = await readInformation(await register({ ...metadata, token_endpoint_auth_method: "none" }))
  const { client_id } = information
  const user = await insertUser()
  const consent = { userId: user.id, clientId: client_id, resource: [], grantedAt: new Date() }
  await addConsent({ ...consent, scope: ["openid"] }, {})
  const same = { client_id, redirect_uris: [redirectUri, `${redirectUri}/2`] }
  await readInformation(await manage("PUT", information, same), 200)
  expect(await findConsent(user.id, client_id)).not.toBeNull()
  await readInformation(await manage("PUT", information, { client_id, redirect_uris: ["https://other.example/"] }), 200)
  expect(await findConsent(user.id, client_id)).toBeNull()
})

test("deleting a client ends its tokens - RFC 7592 2.3", async () => {
  const information = await readInformation(await register(metadata))
  const { client_id: clientId, client_secret: clientSecret = null } = information
  await runCli("client", "update", clientId, "--first-party")
  const client = { ...(await registerClient()), clientId, clientSecret, redirectUris: [redirectUri] } as TestClient
  const { access_token } = await obtainTokens(client, await insertUser(), { scope: "openid" })
  expect(await isActive(access_token)).toBe(true)
  expect((await manage("DELETE", information)).status).toBe(204)
  expect(await isActive(access_token)).toBe(false)
})

test("with REGISTRATION=token an initial access token registers one client - RFC 7591 3", async () => {
  const server = await startInstance({ REGISTRATION: "token" })
  try {
    const { baseUrl } = server
    await expectOAuthError(await register(metadata, { baseUrl }), "invalid_token", 401)
    await expectOAuthError(await register(metadata, { baseUrl, token: "A".repeat(40) }), "invalid_token", 401)
    const { initial_access_token: token } = await runCli<{ initial_access_token: string }>(
      "client",
      "registration-token",
    )
    remember(token)
    await expectOAuthError(await register({ redirect_uris: [] }, { baseUrl, token }), "invalid_redirect_uri")
    const trusted = { ...metadata, backchannel_logout_uri: "https://client.example/logout" }
    const information = await readInformation(await register(trusted, { baseUrl, token }))
    expect(information.registered_by).toBe("token")
    await expectOAuthError(await register(metadata, { baseUrl, token }), "invalid_token", 401)
    const reusable = await runCli<{ initial_access_token: string }>("client", "registration-token", "--reusable")
    for (let i = 0; i < 2; i++)
      await readInformation(await register(metadata, { baseUrl, token: remember(reusable.initial_access_token) }))
  } finally {
    await server.stop()
  }
})

test("REGISTRATION=off and too many registrations are refused - RFC 7591 5", async () => {
  const off = await startInstance({ REGISTRATION: "off" })
  const few = await startInstance({
    REGISTRATION: "open",
    REGISTRATIONS_PER_ADDRESS: "2",
    SIGN_IN_WINDOW_SECONDS: "3600",
  })
  try {
    await expectOAuthError(await register(metadata, { baseUrl: off.baseUrl }), "access_denied", 403)
    const discovery = await fetch(new URL("/.well-known/openid-configuration", off.baseUrl))
    expect(await discovery.json()).not.toHaveProperty("registration_endpoint")
    const statuses = []
    for (let i = 0; i < 4; i++) statuses.push((await register(metadata, { baseUrl: few.baseUrl })).status)
    expect(statuses.at(-1)).toBe(429)
  } finally {
    await Promise.all([off.stop(), few.stop()])
  }
})
