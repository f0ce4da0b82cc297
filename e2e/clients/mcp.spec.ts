import {
  Client,
  type OAuthClientInformationContext,
  type OAuthClientProvider,
  type OAuthDiscoveryState,
  type StoredOAuthClientInformation,
  type StoredOAuthTokens,
  StreamableHTTPClientTransport,
  UnauthorizedError,
} from "@modelcontextprotocol/client"
import { findFreePort } from "@/lib/testing/free-port"
import { type DocumentSite, openDocumentSite } from "../fixtures/document-site"
import { type Example, startExample } from "../fixtures/example"
import { backAtClient, type ClientSite, expect, test } from "../fixtures/journey"
import { startOwnServer } from "../fixtures/own-server"
import { allow, signIn } from "../fixtures/people"
import { remember } from "../fixtures/secrets"
import type { TestServer } from "../fixtures/server"
import { insertUser } from "../fixtures/world"

// The MCP SDK's own client, unmodified, against the sample MCP server that OAuth Flow protects.

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

async function callTool(provider: Provider, finish?: URLSearchParams): Promise<string> {
  const transport = new StreamableHTTPClientTransport(new URL(sample.url.replace(/,$/, "")), { authProvider: provider })
  if (finish) await transport.finishAuth(finish)
  const client = new Client({ name: "test", version: "1.0.0" })
  await client.connect(transport)
  const result = await client.callTool({ name: "add", arguments: { a: 2, b: 3 } })
  await client.close()
  return JSON.stringify(result.content)
}

async function runThrough(page: import("@playwright/test").Page, site: ClientSite, provider: Provider): Promise<void> {
  await expect(callTool(provider)).rejects.toThrow(UnauthorizedError)
  const user = await insertUser()
  await page.goto(provider.authorizationUrl)
  await signIn(page, user)
  await expect(page.getByText("Unverified")).toBeVisible()
  await allow(page)
  const answer = await backAtClient(page, site)
  expect(answer.searchParams.get("iss")).toBe(server.issuer)
  expect(await callTool(provider, answer.searchParams)).toContain(`5, for the user ${user.id}`)
  expect(await callTool(provider)).toContain(`5, for the user ${user.id}`)
}

test("an MCP client registers itself and calls a protected tool", async ({ page, site }) => {
  await runThrough(page, site, new Provider(site.redirectUri))
})

test("an MCP client with a metadata document calls a protected tool", async ({ page, site }) => {
  const url = documents.publish({
    client_name: "MCP test client",
    redirect_uris: [site.redirectUri],
    token_endpoint_auth_method: "none",
  })
  await runThrough(page, site, new Provider(site.redirectUri, url))
})

test("the sample MCP server refuses tokens for another resource", async () => {
  const url = sample.url.replace(/,$/, "")
  for (const authorization of [undefined, "Bearer not-a-token"]) {
    const headers = { "Content-Type": "application/json", ...(authorization && { Authorization: authorization }) }
    const response = await fetch(url, { method: "POST", headers, body: "{}" })
    expect(response.status).toBe(401)
    expect(response.headers.get("www-authenticate")).toContain("/.well-known/oauth-protected-resource/mcp")
  }
})
