import { plural } from "../text"
import { checkClients, selfRegistering } from "./clients"
import { checkDiscovery, discoveryUrl } from "./discovery"
import { describeStatus, type Finding, failed, type Metadata, ok, parseObject, trySend, warning } from "./finding"
import { checkAuthorizationHeader, checkCookies, checkLongRequests, checkLongResponses } from "./headers"
import { deleteAfter, describeRegistrations, noRegistrations, registerAll } from "./registration"
import { checkSignIn, isDocumentUrl, type SignInClient } from "./sign-in"

/** Seconds. Libraries accept about this difference between the clocks. */
const maxClockSkew = 30

export type Options = {
  /** A client to start a sign-in with; null for one that registers itself, where that is possible. */
  client: SignInClient | null
  initialAccessToken: string | null
}

/**
 * Does what well-known clients do before a sign-in, against a running server.
 * @param issuer as the clients are told it
 * @returns what concerns all clients, and then each of them
 */
export async function examine(issuer: string, options: Options): Promise<{ server: Finding[]; clients: Finding[] }> {
  const { findings, metadata, date } = await checkDiscovery(issuer)
  if (!metadata) return { server: findings, clients: [] }
  const tls = checkTls(issuer)
  const first = [...findings, checkIssuer(issuer, metadata), tls, checkClock(date)]
  // Every client stops here, and the endpoints may be those of another server.
  if (metadata.issuer !== issuer) return { server: first, clients: [] }
  const endpoints = checkEndpoints(issuer, metadata)
  const authorizationHeader = await checkAuthorizationHeader(metadata)
  const cookies = await checkCookies(metadata)
  const tried = await tryRegistrations(metadata, [tls, endpoints, authorizationHeader], options.initialAccessToken)
  const client = options.client ?? tried.registered[0] ?? null
  const { used: signIn, left } = await deleteAfter(tried.registered, async () =>
    cookies.status === "failed" ? afterCookies : checkSignIn(metadata, client),
  )
  const registration = describeRegistrations(tried, left)
  const server = [
    ...first,
    endpoints,
    await checkServerMetadata(issuer),
    await checkKeys(metadata),
    await checkCors(issuer, metadata),
    authorizationHeader,
    await checkLongRequests(metadata),
    await checkLongResponses(metadata),
    cookies,
    registration,
    signIn,
  ]
  const document = client && isDocumentUrl(client.clientId) ? signIn : null
  return { server, clients: checkClients(metadata, { outcomes: tried.outcomes, document }) }
}

const afterCookies = warning("Sign-in", "Not started, because its cookie would be lost.", "Fix the cookies first.")

/**
 * Registers only where the tokens reach this server alone, in the Authorization header.
 * @param needed what was found about that
 */
async function tryRegistrations(metadata: Metadata, needed: Finding[], initialAccessToken: string | null) {
  if (metadata.registration_endpoint === undefined) return noRegistrations(null)
  const problem = needed.find(({ status }) => status !== "ok")
  if (problem) {
    const found = "Not tried, because tokens could be lost or reach another server."
    return noRegistrations(warning("Registration", found, `Fix this first: ${problem.check}.`))
  }
  return registerAll(metadata, selfRegistering, initialAccessToken)
}

function checkIssuer(issuer: string, metadata: Metadata): Finding {
  const check = "Issuer"
  if (metadata.issuer === issuer) return ok(check, issuer)
  return failed(
    check,
    `The metadata has the issuer ${metadata.issuer}, and you gave ${issuer}. openid-client, Spring and Auth.js refuse this.`,
    metadata.issuer === issuer.replace(/\/$/, "")
      ? "Give clients, and the doctor, the issuer without the slash at its end."
      : `Set ISSUER=${new URL(issuer).origin} at the server, or give clients the issuer ${metadata.issuer}. Then run the doctor again.`,
  )
}

function checkTls(issuer: string): Finding {
  const check = "TLS"
  const { protocol, hostname } = new URL(issuer)
  if (protocol === "https:") return ok(check, "https, with a certificate that is trusted here.")
  return ["localhost", "127.0.0.1", "[::1]"].includes(hostname)
    ? ok(check, "http, which clients accept for this computer alone.")
    : failed(
        check,
        "The issuer is http, so the network can read and change everything. Clients refuse it.",
        "Put the server behind a proxy with TLS, and set ISSUER to its https address.",
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
  const { origin } = new URL(issuer)
  const isThere = (name: string) =>
    URL.canParse(String(metadata[name])) && new URL(String(metadata[name])).origin === origin
  // Clients need not be able to register themselves.
  const optional = metadata.registration_endpoint === undefined ? [] : ["registration_endpoint"]
  const elsewhere = [...endpointNames, ...optional].filter((name) => !isThere(name))
  return elsewhere.length === 0
    ? ok(check, `All are at ${origin}.`)
    : failed(check, `${elsewhere.join(", ")}: missing, or not at the issuer's origin.`, `Set ISSUER=${origin}.`)
}

function checkClock(date: string | null): Finding {
  const check = "Clock"
  const skew = date === null ? Number.NaN : Math.round((Date.parse(date) - Date.now()) / 1000)
  if (Number.isNaN(skew)) return warning(check, "The response has no Date header.", "Compare the clocks yourself.")
  return Math.abs(skew) <= maxClockSkew
    ? ok(check, `The server's clock differs by ${plural(Math.abs(skew), "second")}.`)
    : failed(
        check,
        `The server's clock differs by ${plural(Math.abs(skew), "second")}. Clients refuse its ID tokens.`,
        "Synchronise both clocks (NTP).",
      )
}

async function checkServerMetadata(issuer: string): Promise<Finding> {
  const check = "OAuth metadata"
  const url = `${new URL(issuer).origin}/.well-known/oauth-authorization-server`
  const answer = await trySend(url)
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
  const answer = await trySend(String(jwks_uri))
  const keys = parseObject(answer?.text ?? "").keys
  const algs = Array.isArray(keys) ? keys.map((key: { alg?: string } | null) => key?.alg) : []
  return ["RS256", "ES256"].every((alg) => algs.includes(alg))
    ? ok(check, `${algs.length} keys: ${[...new Set(algs)].join(", ")}`)
    : failed(
        check,
        `${jwks_uri} has no keys for RS256 and ES256.`,
        "Pass /jwks to the server, and do not cache it for long.",
      )
}

async function checkCors(issuer: string, { token_endpoint }: Metadata): Promise<Finding> {
  const check = "CORS"
  const fix = "Configure the proxy to forward OPTIONS requests and to set no CORS headers itself."
  const origin = { Origin: "https://client.example" }
  const headers = {
    ...origin,
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "authorization, content-type, dpop, traceparent",
  }
  const preflight = await trySend(String(token_endpoint), { method: "OPTIONS", headers })
  const allowed = preflight?.headers.get("access-control-allow-headers") ?? ""
  if (preflight?.status !== 204 || !allowed.includes("traceparent")) {
    return failed(
      check,
      `OPTIONS ${token_endpoint} got ${describeStatus(preflight)}; allowed headers: "${allowed}". Browser clients cannot get tokens.`,
      fix,
    )
  }
  const url = discoveryUrl(issuer)
  const metadata = await trySend(url, { headers: origin })
  const allowedOrigin = metadata?.headers.get("access-control-allow-origin") ?? ""
  return allowedOrigin === "*"
    ? ok(check, "Preflight requests reach the server, and pages of other origins can read public documents.")
    : failed(
        check,
        `GET ${url} has Access-Control-Allow-Origin "${allowedOrigin}" instead of "*". Browser clients cannot read it.`,
        fix,
      )
}
