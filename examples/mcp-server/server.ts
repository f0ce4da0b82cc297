// A sample MCP server whose tools need an access token of OAuth Flow.
//
//   npm run demo                          (in one terminal)
//   npx tsx examples/mcp-server/server.ts (in another)
//
// Then connect an MCP client to http://localhost:3100/mcp. It finds the authorization server by itself (RFC 9728).
import { createServer } from "node:http"
import { toNodeHandler } from "@modelcontextprotocol/node"
import {
  type AuthInfo,
  createMcpHandler,
  getOAuthProtectedResourceMetadataUrl,
  hostHeaderValidationResponse,
  localhostAllowedHostnames,
  localhostAllowedOrigins,
  McpServer,
  OAuthError,
  OAuthErrorCode,
  oauthMetadataResponse,
  originValidationResponse,
  requireBearerAuth,
} from "@modelcontextprotocol/server"
import { createRemoteJWKSet, jwtVerify } from "jose"
import { z } from "zod"

const { ISSUER = "http://localhost:3000", PORT = "3100" } = process.env
/** The resource indicator of this server (RFC 8707): tokens must have it as their audience. */
const resource = new URL(`http://localhost:${PORT}/mcp`)

/** A server for one request, with one tool. It tells the caller who they are. */
function makeServer(authInfo?: AuthInfo): McpServer {
  const server = new McpServer({ name: "oauth-flow-sample", version: "1.0.0" })
  server.registerTool(
    "add",
    { description: "Adds two numbers", inputSchema: z.object({ a: z.number(), b: z.number() }) },
    async ({ a, b }) => ({ content: [{ type: "text", text: `${a + b}, for the user ${authInfo?.extra?.sub}` }] }),
  )
  return server
}

const discovery = await fetch(new URL("/.well-known/oauth-authorization-server", ISSUER)).catch(() => null)
if (!discovery?.ok) {
  console.error(`${ISSUER} does not answer. Start it first, with npm run demo, and wait until it is ready.`)
  process.exit(1)
}
const oauthMetadata = await discovery.json()
const keys = createRemoteJWKSet(new URL(oauthMetadata.jwks_uri))

/** Verifies an access token as RFC 9068 section 4 demands: signature, type, issuer, audience and time. */
async function verifyAccessToken(token: string): Promise<AuthInfo> {
  try {
    const { payload } = await jwtVerify(token, keys, {
      issuer: ISSUER,
      audience: resource.href,
      typ: "at+jwt",
      algorithms: ["ES256"],
    })
    return {
      token,
      clientId: String(payload.client_id),
      scopes: String(payload.scope ?? "").split(" "),
      expiresAt: payload.exp,
      resource,
      extra: { sub: payload.sub },
    }
  } catch {
    throw new OAuthError(OAuthErrorCode.InvalidToken, "The access token is not valid for this server.")
  }
}

const metadata = { oauthMetadata, resourceServerUrl: resource, resourceName: "Sample MCP server" }
const authenticate = requireBearerAuth({
  verifier: { verifyAccessToken },
  expectedResource: resource,
  resourceMetadataUrl: getOAuthProtectedResourceMetadataUrl(resource),
})
const mcp = createMcpHandler(({ authInfo }) => makeServer(authInfo))

async function handle(request: Request): Promise<Response> {
  // Against DNS rebinding: a page of another site must not reach a server on this machine by another name.
  const refused =
    hostHeaderValidationResponse(request, localhostAllowedHostnames()) ??
    originValidationResponse(request, localhostAllowedOrigins())
  const answered = refused ?? oauthMetadataResponse(request, metadata)
  if (answered) return answered
  if (new URL(request.url).pathname !== resource.pathname) return new Response("Not found", { status: 404 })
  const authInfo = await authenticate(request)
  return authInfo instanceof Response ? authInfo : mcp.fetch(request, { authInfo })
}

createServer(toNodeHandler({ fetch: handle })).listen(Number(PORT), "localhost", () => {
  console.log(`MCP server ready at ${resource}, protected by ${ISSUER}`)
})
