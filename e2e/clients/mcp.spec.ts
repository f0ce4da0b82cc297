import {
  Client,
  type OAuthClientInformationContext,
  type OAuthClientProvider,
  type OAuthDiscoveryState,
  type OAuthMetadata,
  type StoredOAuthClientInformation,
  type StoredOAuthTokens,
  StreamableHTTPClientTransport,
  UnauthorizedError,
  type VersionNegotiationMode,
} from "@modelcontextprotocol/client"
import { compactVerify, createRemoteJWKSet, decodeJwt } from "jose"
import { findFreePort } from "@/lib/testing/free-port"
import { type DocumentSite, openDocumentSite } from "../fixtures/document-site"
import { testEnvironment } from "../fixtures/environment"
import { type Example, startExample } from "../fixtures/example"
import { forgeSigned, serverKey, takeApart } from "../fixtures/forgeries"
import { backAtClient, type ClientSite, expect, test } from "../fixtures/journey"
import { startOwnServer } from "../fixtures/own-server"
import { allow, signIn } from "../fixtures/people"
import { readSession } from "../fixtures/rows"
import { remember } from "../fixtures/secrets"
import type { TestServer } from "../fixtures/server"
import { insertUser, obtainTokens, registerClient } from "../fixtures/world"

// The MCP SDK's own client, unmodified, against the sample MCP server that OAuth Flow protects.

/** The version of the MCP specification that docs/clients/mcp.md names. */
const specification = "2026-07-28"

let documents: DocumentSite
let server: TestServer
let sample: Example
test.beforeAll(async () => {
  documents = await openDocumentSite()
  server = await startOwnServer({
    REGISTRATION: "open",
    CLIENT_ID_METADATA_DOCUMENTS: "on",
    CLIENT_DOCUMENT_NETWORKS: "127.0.0.0/8,::1/128",
    NODE_EXTRA_CA_CERTS: documents.certificateFile,
  })
  sample = await startExample("examples/mcp-server/server.ts", {
    ISSUER: server.issuer,
    PORT: String(await findFreePort()),
  })
})
test.afterAll(async () => {
  await sample?.stop()
  await server?.stop()
  await documents?.close()
})

/** Keeps what a client of a user keeps, in memory, and remembers where the browser must go. */
class Provider implements OAuthClientProvider {
  authorizationUrl = ""
  private client: StoredOAuthClientInformation | undefined
  private stored: StoredOAuthTokens | undefined
  private verifier = ""
  private discovered: OAuthDiscoveryState | undefined

  constructor(
    readonly redirectUrl: string,
    readonly clientMetadataUrl?: string,
  ) {}

  get clientMetadata() {
    return { client_name: "MCP test client", redirect_uris: [this.redirectUrl], token_endpoint_auth_method: "none" }
  }
  clientInformation(_context?: OAuthClientInformationContext) {
    return this.client
  }
  saveClientInformation(client: StoredOAuthClientInformation) {
    const { registration_access_token } = client as { registration_access_token?: string }
    remember(registration_access_token)
    this.client = client
  }
  tokens() {
    return this.stored
  }
  saveTokens(tokens: StoredOAuthTokens) {
    for (const token of [tokens.access_token, tokens.refresh_token]) remember(token)
    this.stored = tokens
  }
  redirectToAuthorization(url: URL) {
    this.authorizationUrl = url.href
  }
  saveCodeVerifier(verifier: string) {
    this.verifier = remember(verifier) ?? ""
  }
  codeVerifier() {
    return this.verifier
  }
  saveDiscoveryState(state: OAuthDiscoveryState) {
    this.discovered = state
  }
  discoveryState() {
    return this.discovered
  }
}

/** @param mode the version of the specification that the client speaks; "legacy" is those before 2026-07-28 */
async function callTool(provider: Provider, mode: VersionNegotiationMode, finish?: URLSearchParams): Promise<string> {
  const transport = new StreamableHTTPClientTransport(new URL(sample.url.replace(/,$/, "")), { authProvider: provider })
  if (finish) await transport.finishAuth(finish)
  const client = new Client({ name: "test", version: "1.0.0" }, { versionNegotiation: { mode } })
  await client.connect(transport)
  const result = await client.callTool({ name: "add", arguments: { a: 2, b: 3 } })
  if (mode !== "legacy") expect(client.getNegotiatedProtocolVersion()).toBe(specification)
  await client.close()
  return JSON.stringify(result.content)
}

/** The SDK has no function for this. Revoking the refresh token ends the access tokens too (RFC 7009). */
async function signOut(provider: Provider): Promise<void> {
  const metadata = provider.discoveryState()?.authorizationServerMetadata as OAuthMetadata
  const client_id = provider.clientInformation()?.client_id ?? ""
  const token = provider.tokens()?.refresh_token ?? ""
  const body = new URLSearchParams({ client_id, token })
  const response = await fetch(String(metadata.revocation_endpoint), { method: "POST", body })
  if (!response.ok) throw new Error(await response.text())
}

async function runThrough(
  page: import("@playwright/test").Page,
  site: ClientSite,
  provider: Provider,
  mode: VersionNegotiationMode,
): Promise<void> {
  await expect(callTool(provider, mode)).rejects.toThrow(UnauthorizedError)
  const user = await insertUser()
  await page.goto(provider.authorizationUrl)
  await signIn(page, user)
  await expect(page.getByText("Unverified")).toBeVisible()
  await allow(page)
  const answer = await backAtClient(page, site)
  expect(answer.searchParams.get("iss")).toBe(server.issuer)
  expect(await callTool(provider, mode, answer.searchParams)).toContain(`5, for the user ${user.id}`)
  expect(await callTool(provider, mode)).toContain(`5, for the user ${user.id}`)

  // The sample server answers 401 to this access token, as to an expired one. The SDK then refreshes by itself.
  const tokens = provider.tokens() ?? { access_token: "", token_type: "" }
  const { sid } = decodeJwt<{ sid: string }>(tokens.access_token)
  provider.saveTokens({ ...tokens, access_token: "expired" })
  expect(await callTool(provider, mode)).toContain(`5, for the user ${user.id}`)
  expect(await readSession(sid)).toMatchObject({ rotations: 1, revokedReason: null })

  await signOut(provider)
  expect(await readSession(sid)).toMatchObject({ rotations: 1, revokedReason: "revoked_by_client" })
}

test("an MCP client of an older version registers itself, calls a protected tool, refreshes and signs out", async ({
  page,
  site,
}) => {
  await runThrough(page, site, new Provider(site.redirectUri), "legacy")
})

test("an MCP client with a metadata document calls a protected tool, refreshes and signs out", async ({
  page,
  site,
}) => {
  const url = documents.publish({
    client_name: "MCP test client",
    redirect_uris: [site.redirectUri],
    token_endpoint_auth_method: "none",
  })
  await runThrough(page, site, new Provider(site.redirectUri, url), { pin: specification })
})

/** Calls the sample's tool without the SDK. */
function postCall(url: string, token?: string): Promise<Response> {
  const params = { name: "add", arguments: { a: 2, b: 3 } }
  return fetch(url, {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      Accept: "application/json, text/event-stream",
      ...(token !== undefined && { Authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params }),
  })
}

test("the sample MCP server refuses tokens for another resource, and what is not an access token - RFC 9068 4", async () => {
  // This sample trusts the server of the test project, which the fixtures get tokens from.
  const PORT = String(await findFreePort())
  const { stop } = await startExample("examples/mcp-server/server.ts", { PORT })
  try {
    const url = `http://localhost:${PORT}/mcp`
    // The ID token has the algorithm of the access token, so that this is not what differs.
    const client = await registerClient({ idTokenSignedResponseAlg: "ES256" })
    const user = await insertUser()
    const obtain = (resource?: string) => obtainTokens(client, user, { resource })
    const { access_token, id_token } = await obtain(url)
    const forged = forgeSigned(takeApart(access_token, await serverKey()), { types: ["at+jwt"], url })
    const keys = createRemoteJWKSet(new URL("/jwks", testEnvironment().issuer))
    for (const token of forged.expired) await compactVerify(token, keys)

    const accepted = await postCall(url, access_token)
    expect(accepted.status).toBe(200)
    expect(await accepted.text()).toContain(`5, for the user ${user.id}`)
    const tokens = Object.entries({
      ...forged,
      "no token": [undefined],
      "access token for another resource": [(await obtain("https://elsewhere.example/mcp")).access_token],
      "access token without a resource": [(await obtain()).access_token],
      "ID token": [id_token],
    })
    for (const [name, list] of tokens) {
      for (const token of list) {
        const response = await postCall(url, token)
        expect(response.status, name).toBe(401)
        const challenge = response.headers.get("www-authenticate")
        expect(challenge, name).toContain('error="invalid_token"')
        expect(challenge, name).toContain("/.well-known/oauth-protected-resource/mcp")
      }
    }
  } finally {
    await stop()
  }
})
