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

/** Needs no look-up for what is public, nor for a request that no page of another origin sent. */
export function corsHeaders(
  request: EndpointRequest,
  policy: CorsPolicy,
): Record<string, string> | Promise<Record<string, string>> {
  if (policy === "public") return { "Access-Control-Allow-Origin": "*" }
  const origin = request.header("origin")
  return origin === null ? { Vary: "Origin" } : headersForOrigin(origin)
}

/** An answer is never lost for the sake of its CORS headers: without them a page of another origin cannot read it. */
async function headersForOrigin(origin: string): Promise<Record<string, string>> {
  const allowed = await isClientOrigin(origin).catch((error) => void toOAuthError(error))
  return allowed
    ? {
        Vary: "Origin",
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Expose-Headers": "WWW-Authenticate, Retry-After, X-Flow-Id",
      }
    : { Vary: "Origin" }
}

export function preflightHeaders(methods: string[]): Record<string, string> {
  return {
    "Access-Control-Allow-Methods": methods.join(", "),
    "Access-Control-Allow-Headers": "Authorization, Content-Type, MCP-Protocol-Version",
    "Access-Control-Max-Age": String(preflightMaxAge),
  }
}
