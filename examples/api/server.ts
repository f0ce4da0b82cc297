// A sample API that accepts access tokens of OAuth Flow, verified with jose and nothing else.
//
//   ISSUER=http://localhost:3000 AUDIENCE=http://localhost:3200/ npx tsx examples/api/server.ts
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import { createRemoteJWKSet, type JWTPayload, jwtVerify } from "jose"

const { ISSUER = "http://localhost:3000", PORT = "3200" } = process.env
/** The resource indicator of this API (RFC 8707): clients request tokens with `resource=` this. */
const { AUDIENCE = `http://localhost:${PORT}/` } = process.env

const keys = createRemoteJWKSet(new URL("/jwks", ISSUER))

/** RFC 9068 section 4: signature, type, issuer, audience and time. */
async function verifyAccessToken(token: string): Promise<JWTPayload> {
  const { payload } = await jwtVerify(token, keys, {
    issuer: ISSUER,
    audience: AUDIENCE,
    typ: "at+jwt",
    algorithms: ["ES256"],
  })
  return payload
}

const hasScope = (payload: JWTPayload, scope: string) =>
  String(payload.scope ?? "")
    .split(" ")
    .includes(scope)

/** RFC 6750 section 3. */
function refuse(response: ServerResponse, status: number, challenge: string): void {
  response.writeHead(status, { "WWW-Authenticate": `Bearer ${challenge}` }).end()
}

async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const token = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? "")?.[1]
  if (token === undefined) return refuse(response, 401, 'realm="api"')
  let payload: JWTPayload
  try {
    payload = await verifyAccessToken(token)
  } catch {
    return refuse(response, 401, 'error="invalid_token"')
  }
  if (!hasScope(payload, "invoices:read")) {
    return refuse(response, 403, 'error="insufficient_scope", scope="invoices:read"')
  }
  response.writeHead(200, { "Content-Type": "application/json" })
  response.end(JSON.stringify({ invoices: [], for: payload.sub, asked_by: payload.client_id }))
}

createServer(handle).listen(Number(PORT), "localhost", () => console.log(`API ready at http://localhost:${PORT}/`))
