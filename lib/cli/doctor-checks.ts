import { randomBytes } from "node:crypto"
import { hashToken } from "@/lib/protocol/random"

/** What a check found. `fix` says what to do; empty when nothing has to be done. */
export type Finding = { check: string; status: "ok" | "warning" | "failed"; found: string; fix: string }

type Metadata = Record<string, unknown>
type Answer = { status: number; headers: Headers; text: string; wasRedirected: boolean }

/** Seconds. Longer, and a client would give up. */
const timeoutSeconds = 10

/** Seconds. Libraries accept about this difference between the clocks. */
const maxClockSkew = 30

const ok = (check: string, found: string): Finding => ({ check, status: "ok", found, fix: "" })
const failed = (check: string, found: string, fix: string): Finding => ({ check, status: "failed", found, fix })
const warning = (check: string, found: string, fix: string): Finding => ({ check, status: "warning", found, fix })

/** Sends a request as a client would. @throws Error that fetch throws */
async function send(url: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(url, { redirect: "manual", signal: AbortSignal.timeout(timeoutSeconds * 1000), ...init })
  const wasRedirected = response.status >= 300 && response.status < 400
  return { status: response.status, headers: response.headers, text: await response.text(), wasRedirected }
}

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

const discoveryCheck = "Discovery"

async function checkDiscovery(
  issuer: string,
): Promise<{ findings: Finding[]; metadata: Metadata | null; date: string | null }> {
  const stop = (found: string, fix: string) => ({
    findings: [failed(discoveryCheck, found, fix)],
    metadata: null,
    date: null,
  })
  const url = `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`
  let answer: Answer
  try {
    answer = await send(url)
  } catch (error) {
    const { found, fix } = explainFailure(error)
    return stop(`${url}: ${found}`, fix)
  }
  if (answer.wasRedirected) {
    const target = answer.headers.get("location") ?? "nowhere"
    return stop(
      `${url} redirects to ${target}. Many libraries do not follow.`,
      "Give clients the URL that answers without a redirect, and set ISSUER to it.",
    )
  }
  if (answer.status !== 200) {
    return stop(
      `${url} has the status ${answer.status}.`,
      "Check that the proxy passes /.well-known/ to the server, without a path before it.",
    )
  }
  const metadata = parseObject(answer.text)
  return typeof metadata.issuer === "string"
    ? { findings: [ok(discoveryCheck, url)], metadata, date: answer.headers.get("date") }
    : stop(`${url} is not the metadata of an issuer.`, "Something else answers there. Check the proxy's routes.")
}

/** Why fetch failed, in words. */
function explainFailure(error: unknown): { found: string; fix: string } {
  const cause = error instanceof Error ? (error.cause ?? error) : error
  const code = (cause as { code?: string }).code ?? (error instanceof Error ? error.name : "unknown")
  const explanations: Record<string, [found: string, fix: string]> = {
    ENOTFOUND: ["the host name does not exist", "Check the name, and its DNS record."],
    EAI_AGAIN: ["the name server does not answer", "Check the network of this machine."],
    ECONNREFUSED: ["nothing listens there", "Start the server, or correct the port."],
    TimeoutError: [
      `no response within ${timeoutSeconds} seconds`,
      "Check firewalls between this machine and the server.",
    ],
    CERT_HAS_EXPIRED: ["the certificate has expired", "Renew the certificate."],
    ERR_TLS_CERT_ALTNAME_INVALID: ["the certificate is for another name", "Get a certificate for this host name."],
    DEPTH_ZERO_SELF_SIGNED_CERT: [
      "the certificate is self-signed",
      "Clients must trust it: for Node, NODE_EXTRA_CA_CERTS.",
    ],
    SELF_SIGNED_CERT_IN_CHAIN: [
      "its authority is not trusted",
      "Clients must trust it: for Node, NODE_EXTRA_CA_CERTS.",
    ],
    UNABLE_TO_VERIFY_LEAF_SIGNATURE: [
      "the certificate chain is incomplete",
      "Configure the proxy to send the intermediate certificates.",
    ],
    ERR_SSL_WRONG_VERSION_NUMBER: ["the port does not speak TLS", "Use http, or the port of the proxy."],
  }
  const [found, fix] = explanations[code] ?? [`the request failed (${code})`, "Check the URL and the network."]
  return { found, fix }
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
    : failed(
        check,
        `${elsewhere.join(", ")}: at another origin than the issuer.`,
        `Set ISSUER=${new URL(issuer).origin}.`,
      )
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
        `${url} has the status ${answer?.status ?? "none"}. MCP clients look there first.`,
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
        `OPTIONS ${token_endpoint} has the status ${answer?.status ?? "none"}, and allows "${allowed}". Browser clients cannot get tokens.`,
        "Let the proxy pass OPTIONS requests on, and do not let it set CORS headers.",
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
      : `POST ${token_endpoint} has the status ${answer?.status ?? "none"} instead of 401.`,
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
        `A request of ${url.length} characters has the status ${answer?.status ?? "none"}, from something before the server.`,
        "Let the proxy accept request lines and response headers of 8 KB (nginx: large_client_header_buffers, proxy_buffer_size).",
      )
}

/** Starts a sign-in as a client that registers itself, where anyone can, and deletes the client again. */
async function checkSignIn(metadata: Metadata): Promise<Finding> {
  const check = "Sign-in and cookies"
  const { registration_endpoint, issuer } = metadata
  const isHttps = String(issuer).startsWith("https:")
  if (!isHttps && !["localhost", "127.0.0.1", "[::1]"].includes(new URL(String(issuer)).hostname)) {
    return failed(
      check,
      "The issuer is http. Browsers withhold cookies, and clients refuse it.",
      "Put the server behind a proxy with TLS.",
    )
  }
  if (registration_endpoint === undefined) {
    return warning(check, "Not checked: it needs a client, and clients cannot register themselves here.", "")
  }
  const redirect_uri = "http://127.0.0.1/doctor"
  const registration = { client_name: "doctor", redirect_uris: [redirect_uri], token_endpoint_auth_method: "none" }
  const headers = { "Content-Type": "application/json" }
  const init = { method: "POST", headers, body: JSON.stringify(registration) }
  const registered = await send(String(registration_endpoint), init).catch(() => null)
  if (registered?.status !== 201) {
    return warning(
      check,
      "Not checked: the registration of a client was refused.",
      "Registration may need an initial access token.",
    )
  }
  const client = parseObject(registered.text)
  const answer = await startSignIn(metadata, String(client.client_id), redirect_uri)
  const bearer = { Authorization: `Bearer ${client.registration_access_token}` }
  await send(String(client.registration_client_uri), { method: "DELETE", headers: bearer }).catch(() => null)
  const cookies = answer?.headers.getSetCookie() ?? []
  if (answer?.status !== 303 || !answer.headers.get("location")?.startsWith(String(issuer))) {
    return failed(
      check,
      `The authorization request has the status ${answer?.status ?? "none"} instead of a redirect to the sign-in page.`,
      "Let the proxy pass redirects and response headers of 4 KB on.",
    )
  }
  return cookies.some((cookie) => !isHttps || (cookie.startsWith("__Host-") && /; *secure/i.test(cookie)))
    ? ok(check, "A sign-in starts, and its cookie arrives.")
    : failed(
        check,
        "The cookie of the sign-in is missing or was changed.",
        "Let the proxy pass Set-Cookie on unchanged.",
      )
}

async function startSignIn(
  { authorization_endpoint }: Metadata,
  client_id: string,
  redirect_uri: string,
): Promise<Answer | null> {
  const verifier = randomBytes(32).toString("base64url")
  const code_challenge = hashToken(verifier)
  const state = randomBytes(1_000).toString("base64url").slice(0, 1_000)
  const request = {
    client_id,
    redirect_uri,
    response_type: "code",
    scope: "openid",
    state,
    code_challenge,
    code_challenge_method: "S256",
  }
  return send(`${authorization_endpoint}?${new URLSearchParams(request)}`).catch(() => null)
}

function parseObject(text: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(text))
  } catch {
    return {}
  }
}

/** What each kind of client needs, from the metadata alone. */
function checkClients(metadata: Metadata): Finding[] {
  const lists = (name: string, value: string) => (metadata[name] as string[] | undefined)?.includes(value) === true
  const basics =
    lists("response_types_supported", "code") &&
    lists("code_challenge_methods_supported", "S256") &&
    lists("id_token_signing_alg_values_supported", "RS256")
  const common = ["Auth.js", "openid-client", "oauth2-proxy", "Spring Security"].map((client) =>
    basics
      ? ok(client, "It finds everything that it needs.")
      : failed(client, "The metadata lacks the code flow, PKCE or RS256.", "Check that this is an OAuth Flow server."),
  )
  const canRegister =
    metadata.client_id_metadata_document_supported === true || metadata.registration_endpoint !== undefined
  const mcp = canRegister
    ? ok("MCP clients", "They can register or send the URL of their metadata.")
    : warning(
        "MCP clients",
        "They cannot register themselves, so each needs a client ID from you.",
        "Set CLIENT_ID_METADATA_DOCUMENTS=on, and for older clients REGISTRATION=open.",
      )
  return [...common, mcp]
}
