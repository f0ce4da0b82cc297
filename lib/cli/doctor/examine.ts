import { randomBytes } from "node:crypto"
import { checkClients } from "./clients"
import { checkDiscovery } from "./discovery"
import { describeStatus, type Finding, failed, type Metadata, ok, parseObject, send, warning } from "./finding"
import { checkSignIn } from "./sign-in"

/** Seconds. Libraries accept about this difference between the clocks. */
const maxClockSkew = 30

/**
 * Does what well-known clients do before a sign-in, against a running server.
 * @param issuer as the clients are told it
 */
export async function examine(issuer: string): Promise<Finding[]> {
  const reached = await checkDiscovery(issuer)
  if (!reached.metadata) return reached.findings
  const { metadata, date } = reached
  const more = [
    checkIssuer(issuer, metadata),
    checkEndpoints(issuer, metadata),
    checkClock(date),
    await checkServerMetadata(issuer),
    await checkKeys(metadata),
    await checkCors(metadata),
    await checkAuthorizationHeader(metadata),
    await checkLongRequests(metadata),
    await checkSignIn(metadata),
    ...checkClients(metadata),
  ]
  return [...reached.findings, ...more]
}

function checkIssuer(issuer: string, metadata: Metadata): Finding {
  const check = "Issuer"
  if (metadata.issuer === issuer) return ok(check, issuer)
  return failed(
    check,
    `The metadata has the issuer ${metadata.issuer}, and you gave ${issuer}. openid-client, Spring and Auth.js refuse this.`,
    metadata.issuer === issuer.replace(/\/$/, "")
      ? "Give clients the issuer without the slash at its end."
      : `Set ISSUER=${issuer} at the server, or give clients the issuer ${metadata.issuer}.`,
  )
}

const endpointNames = [
  "authorization_endpoint",
  "token_endpoint",
  "userinfo_endpoint",
  "jwks_uri",
  "end_session_endpoint",
]

function checkEndpoints(issuer: string, metadata: Metadata): Finding {
  const check = "Endpoints"
  const elsewhere = endpointNames.filter((name) => !String(metadata[name]).startsWith(new URL(issuer).origin))
  return elsewhere.length === 0
    ? ok(check, `All are at ${new URL(issuer).origin}.`)
    : failed(check, `${elsewhere.join(", ")}: not at the issuer's origin.`, `Set ISSUER=${new URL(issuer).origin}.`)
}

function checkClock(date: string | null): Finding {
  const check = "Clock"
  const skew = date === null ? Number.NaN : Math.round((Date.parse(date) - Date.now()) / 1000)
  if (Number.isNaN(skew)) return warning(check, "The response has no Date header.", "Compare the clocks yourself.")
  return Math.abs(skew) <= maxClockSkew
    ? ok(check, `The server's clock differs by ${Math.abs(skew)} seconds.`)
    : failed(
        check,
        `The server's clock differs by ${Math.abs(skew)} seconds. Clients refuse its ID tokens.`,
        "Synchronise both clocks (NTP).",
      )
}

async function checkServerMetadata(issuer: string): Promise<Finding> {
  const check = "OAuth metadata"
  const url = `${new URL(issuer).origin}/.well-known/oauth-authorization-server`
  const answer = await send(url).catch(() => null)
  return answer?.status === 200
    ? ok(check, url)
    : failed(
        check,
        `GET ${url} got ${describeStatus(answer)}. MCP clients look there first.`,
        "Pass /.well-known/ to the server.",
      )
}

async function checkKeys({ jwks_uri }: Metadata): Promise<Finding> {
  const check = "Keys"
  const answer = await send(String(jwks_uri)).catch(() => null)
  const keys = parseObject(answer?.text ?? "").keys
  const algs = Array.isArray(keys) ? keys.map(({ alg }: { alg: string }) => alg) : []
  return ["RS256", "ES256"].every((alg) => algs.includes(alg))
    ? ok(check, `${algs.length} keys: ${[...new Set(algs)].join(", ")}`)
    : failed(
        check,
        `${jwks_uri} has no keys for RS256 and ES256.`,
        "Pass /jwks to the server, and do not cache it for long.",
      )
}

async function checkCors({ token_endpoint }: Metadata): Promise<Finding> {
  const check = "CORS"
  const headers = {
    Origin: "https://client.example",
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "authorization, content-type, dpop, traceparent",
  }
  const answer = await send(String(token_endpoint), { method: "OPTIONS", headers }).catch(() => null)
  const allowed = answer?.headers.get("access-control-allow-headers") ?? ""
  return answer?.status === 204 && allowed.includes("traceparent")
    ? ok(check, "Preflight requests reach the server.")
    : failed(
        check,
        `OPTIONS ${token_endpoint} got ${describeStatus(answer)}; allowed headers: "${allowed}". Browser clients cannot get tokens.`,
        "Configure the proxy to forward OPTIONS requests and to set no CORS headers itself.",
      )
}

/** A proxy that drops the header makes every client_secret_basic client fail. */
async function checkAuthorizationHeader({ token_endpoint }: Metadata): Promise<Finding> {
  const check = "Authorization header"
  const headers = { Authorization: `Basic ${btoa("doctor:doctor")}` }
  const body = new URLSearchParams({ grant_type: "authorization_code", code: "doctor" })
  const answer = await send(String(token_endpoint), { method: "POST", headers, body }).catch(() => null)
  if (answer?.status === 401 && !answer.text.includes("authentication is missing"))
    return ok(check, "It reaches the server.")
  return failed(
    check,
    answer?.status === 401
      ? "A proxy removes it, so clients with client_secret_basic get 401."
      : `POST ${token_endpoint} got ${describeStatus(answer)} instead of 401.`,
    "Configure the proxy to pass the Authorization header and POST requests on.",
  )
}

/** Characters: a little less than an authorization request may have (docs/decisions/021). */
const longRequest = 3_200

async function checkLongRequests({ authorization_endpoint }: Metadata): Promise<Finding> {
  const check = "Long requests"
  const state = randomBytes(longRequest).toString("base64url").slice(0, longRequest)
  const url = `${authorization_endpoint}?${new URLSearchParams({ client_id: "doctor", response_type: "code", state })}`
  const answer = await send(url).catch(() => null)
  return answer?.status === 400 && answer.headers.has("x-flow-id")
    ? ok(check, `A request of ${url.length} characters reaches the server.`)
    : failed(
        check,
        `A request of ${url.length} characters got ${describeStatus(answer)}. A proxy in front of the server limits its length.`,
        "Let the proxy accept request lines and response headers of 8 KB (nginx: large_client_header_buffers, proxy_buffer_size).",
      )
}
