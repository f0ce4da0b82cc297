import { isClientOrigin } from "@/lib/clients/origins"
import type { EndpointRequest } from "./exchange"
import { toOAuthError } from "./failures"

/**
 * Who may read the answers from a page of another origin: the registered origins of browser clients, or everyone (what
 * is public anyway). Cookies are never allowed along.
 */
export type CorsPolicy = "clients" | "public"

/** Seconds. */
const preflightMaxAge = 600

/** The headers that a page of another origin may read. */
const exposedHeaders = { "Access-Control-Expose-Headers": "WWW-Authenticate, Retry-After, X-Flow-Id, DPoP-Nonce" }

/** What every page may read. */
export const publicCorsHeaders = { "Access-Control-Allow-Origin": "*", ...exposedHeaders }

/** Needs no look-up for what is public, nor for a request that no page of another origin sent. */
export function corsHeaders(
  request: EndpointRequest,
  policy: CorsPolicy,
): Record<string, string> | Promise<Record<string, string>> {
  if (policy === "public") return publicCorsHeaders
  const origin = request.header("origin")
  return origin === null ? { Vary: "Origin" } : headersForOrigin(origin)
}

/** An answer is never lost for the sake of its CORS headers: without them a page of another origin cannot read it. */
async function headersForOrigin(origin: string): Promise<Record<string, string>> {
  const allowed = await isClientOrigin(origin).catch((error) => void toOAuthError(error))
  return allowed ? { Vary: "Origin", "Access-Control-Allow-Origin": origin, ...exposedHeaders } : { Vary: "Origin" }
}

const fieldNames = /^[\w-]+(?:, ?[\w-]+)*$/

/** Characters. Longer lists of header names are not copied into the response. */
const maxFieldNamesLength = 1_024

/**
 * Allows the headers that the browser asks for: libraries for tracing add their own to every request (`traceparent`,
 * `sentry-trace`, `x-datadog-trace-id`). Cookies are never allowed, so no header gives a page more than it has.
 */
export function preflightHeaders(request: EndpointRequest, methods: string[]): Record<string, string> {
  const requested = request.header("access-control-request-headers") ?? ""
  const isList = requested.length <= maxFieldNamesLength && fieldNames.test(requested)
  return {
    "Access-Control-Allow-Methods": methods.join(", "),
    "Access-Control-Allow-Headers": isList ? requested : "Authorization, Content-Type, MCP-Protocol-Version",
    "Access-Control-Max-Age": String(preflightMaxAge),
  }
}
