import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { findClient, listClients } from "@/lib/data/clients"
import { hashToken } from "@/lib/protocol/random"
import { openTestDatabase, type TestDatabase } from "@/lib/testing/database"
import { descriptionCharacters, oauthError } from "@/lib/testing/errors"
import { toClientMetadata } from "./client-metadata"
import type { ClientMetadata } from "./metadata"
import { changeClient, registerClient, rotateClientSecret } from "./registration"

let opened: TestDatabase
beforeAll(async () => {
  opened = await openTestDatabase("sqlite")
})
afterAll(() => opened.drop())

const metadata = (changes: Partial<ClientMetadata> = {}): ClientMetadata => ({
  clientName: "A client",
  redirectUris: ["https://client.example/callback"],
  ...changes,
})
const register = (changes?: Partial<ClientMetadata>) => registerClient(metadata(changes))

describe("a confidential client", () => {
  test("gets a secret of 256 bits, of which only the SHA-256 is stored", async () => {
    const { client, clientSecret } = await register()
    expect(clientSecret).toMatch(/^[A-Za-z0-9_-]{43}$/)
    expect(client.clientId).toMatch(/^[A-Za-z0-9_-]{22}$/)
    const stored = await findClient(client.clientId)
    expect(stored).toEqual(client)
    expect(stored?.clientSecretHash).toBe(hashToken(clientSecret ?? ""))
    expect(JSON.stringify(stored)).not.toContain(clientSecret)
  })

  test("has these defaults", async () => {
    const { client } = await register()
    expect(client).toEqual({
      clientId: client.clientId,
      clientName: "A client",
      clientSecretHash: expect.any(String),
      tokenEndpointAuthMethod: "client_secret",
      tokenEndpointAuthSigningAlg: null,
      redirectUris: ["https://client.example/callback"],
      postLogoutRedirectUris: [],
      jwks: null,
      jwksUri: null,
      backchannelLogoutUri: null,
      origins: [],
      grantTypes: ["authorization_code", "refresh_token"],
      scope: ["openid", "profile", "email", "offline_access"],
      strictScope: false,
      idTokenSignedResponseAlg: "RS256",
      idTokenScopeClaims: true,
      userinfoSignedResponseAlg: null,
      firstParty: false,
      resourceServer: false,
      resources: [],
      requirePkce: true,
      requirePushedRequests: false,
      requireSecondFactor: false,
      logoUri: null,
      clientUri: null,
      policyUri: null,
      tosUri: null,
      dpopBoundAccessTokens: false,
      source: "operator",
      registrationTokenHash: null,
      createdAt: expect.any(Date),
    })
  })

  test("gets another secret in place of the old", async () => {
    const { client, clientSecret } = await register()
    const next = await rotateClientSecret(client.clientId)
    expect(next).toMatch(/^[A-Za-z0-9_-]{43}$/)
    expect(next).not.toBe(clientSecret)
    expect((await findClient(client.clientId))?.clientSecretHash).toBe(hashToken(next ?? ""))
  })

  test("has no origins: its pages call no endpoint", async () => {
    const { client } = await register({ redirectUris: ["https://client.example/callback", "http://localhost:3000/"] })
    expect(client.origins).toEqual([])
  })
})

describe("a public client", () => {
  test("has no secret, now and later", async () => {
    const { client, clientSecret } = await register({ tokenEndpointAuthMethod: "none" })
    expect(clientSecret).toBeNull()
    expect(client.clientSecretHash).toBeNull()
    expect(await rotateClientSecret(client.clientId)).toBeNull()
    expect((await findClient(client.clientId))?.clientSecretHash).toBeNull()
  })

  test("has the origins of its redirect URIs, each once, and none for an app's own scheme", async () => {
    const { client } = await register({
      tokenEndpointAuthMethod: "none",
      redirectUris: [
        "https://client.example/callback",
        "https://client.example/silent",
        "https://client.example:8443/callback",
        "http://localhost:5173/callback",
        "com.example.app:/callback",
      ],
    })
    expect(client.origins).toEqual(["https://client.example", "https://client.example:8443", "http://localhost:5173"])
  })

  test("has other origins when its redirect URIs change", async () => {
    const { client } = await register({ tokenEndpointAuthMethod: "none" })
    const changed = await changeClient(client.clientId, { redirectUris: ["https://other.example/callback"] })
    expect(changed?.origins).toEqual(["https://other.example"])
  })
})

describe("a client is registered with", () => {
  test("a name that is trimmed", async () => {
    expect((await register({ clientName: "  Caf\u00e9 \u65e5\u672c  " })).client.clientName).toBe(
      "Caf\u00e9 \u65e5\u672c",
    )
  })

  test("each redirect URI, grant and scope once", async () => {
    const { client } = await register({
      redirectUris: ["https://client.example/a", "https://client.example/b", "https://client.example/a"],
      grantTypes: ["refresh_token", "authorization_code", "refresh_token"],
      scope: "email openid email",
    })
    expect(client.redirectUris).toEqual(["https://client.example/a", "https://client.example/b"])
    expect(client.grantTypes).toEqual(["refresh_token", "authorization_code"])
    expect(client.scope).toEqual(["email", "openid"])
  })

  test("no redirect URI when it is a resource server, which only introspects", async () => {
    const resources = ["https://api.example/"]
    const { client } = await register({ redirectUris: [], resourceServer: true, resources })
    expect(client).toMatchObject({ redirectUris: [], resourceServer: true, resources })
  })

  test("the exemption from PKCE, when it is a confidential OpenID client", async () => {
    const { client } = await register({ requirePkce: false })
    expect(client.requirePkce).toBe(false)
  })
})

describe("a client is refused, and nothing is stored, with", () => {
  const withKey = { tokenEndpointAuthMethod: "private_key_jwt", jwks: '{"keys":[{"kty":"EC"}]}' }
  const refusals: [title: string, changes: Partial<ClientMetadata>, code?: "invalid_redirect_uri"][] = [
    ["no name", { clientName: " " }],
    ["a name of 101 characters", { clientName: "n".repeat(101) }],
    ["a name of two lines", { clientName: "A\nB" }],
    ["a name that turns the direction of writing", { clientName: "A\u202eB" }],
    ["an unknown authentication method", { tokenEndpointAuthMethod: "private_key_jwt" }],
    ["an empty authentication method", { tokenEndpointAuthMethod: "" }],
    ["an unknown grant", { grantTypes: ["authorization_code", "implicit"] }],
    ["an algorithm for assertions, of a client with a secret", { tokenEndpointAuthSigningAlg: "PS256" }],
    ["an unknown algorithm for assertions", { ...withKey, tokenEndpointAuthSigningAlg: "HS256" }],
    ["an unknown ID token algorithm", { idTokenSignedResponseAlg: "none" }],
    ["an empty scope", { scope: " " }],
    ["a malformed scope", { scope: 'openid "email"' }],
    ["no redirect URI", { redirectUris: [] }, "invalid_redirect_uri"],
    ["a redirect URI over plain http", { redirectUris: ["http://client.example/"] }, "invalid_redirect_uri"],
    [
      "one bad redirect URI among good ones",
      { redirectUris: ["https://client.example/", "https://client.example/#x"] },
      "invalid_redirect_uri",
    ],
    ["two redirect URIs in one", { redirectUris: ["https://a.example/ https://b.example/"] }, "invalid_redirect_uri"],
    ["a bad post-logout redirect URI", { postLogoutRedirectUris: ["javascript:alert(1)"] }, "invalid_redirect_uri"],
    ["a relative resource", { resourceServer: true, resources: ["/api"] }],
    ["too many resources", { resources: Array.from({ length: 9 }, (_, i) => `https://api.example/${i}`) }],
    ["the rights of a resource server, but no secret", { resourceServer: true, tokenEndpointAuthMethod: "none" }],
    ["an exemption from PKCE, but no secret", { requirePkce: false, tokenEndpointAuthMethod: "none" }],
    ["an exemption from PKCE, but no openid scope", { requirePkce: false, scope: "email" }],
  ]

  test.each(refusals)("%s", async (_, changes, code = "invalid_client_metadata" as never) => {
    const before = (await listClients()).length
    await expect(register(changes)).rejects.toThrow(oauthError(code, "metadata_invalid"))
    expect(await listClients()).toHaveLength(before)
  })

  test.each([
    ["a quotation mark", 'https://client.example/"x"'],
    ["a backslash", "https://client.example/\\"],
    ["a character beyond ASCII", "https://caf\u00e9.example/"],
    ["a line end", "https://client.example/\r\nSet-Cookie: x"],
    ["5,000 characters", "x".repeat(5000)],
  ])("a redirect URI with %s, and the answer is fit for error_description", async (_, uri) => {
    const { description } = await register({ redirectUris: [uri] }).catch((error) => error)
    expect(description).toMatch(descriptionCharacters)
    expect(description.length).toBeLessThan(400)
  })
})

test("a client is shown in the field names of RFC 7591, without its secret or the hash of it", async () => {
  const { client } = await register({ scope: "openid email" })
  expect(toClientMetadata(client)).toEqual({
    client_id: client.clientId,
    client_id_issued_at: Math.floor(client.createdAt.getTime() / 1000),
    client_name: "A client",
    redirect_uris: ["https://client.example/callback"],
    post_logout_redirect_uris: [],
    token_endpoint_auth_method: "client_secret_basic",
    token_endpoint_auth_methods: ["client_secret_basic", "client_secret_post"],
    grant_types: ["authorization_code", "refresh_token"],
    response_types: ["code"],
    scope: "openid email",
    strict_scope: false,
    id_token_signed_response_alg: "RS256",
    id_token_scope_claims: true,
    first_party: false,
    resource_server: false,
    resources: [],
    require_pkce: true,
    require_pushed_authorization_requests: false,
    dpop_bound_access_tokens: false,
    require_second_factor: false,
    registered_by: "operator",
  })
})
