import { isClientOrigin } from "@/lib/clients/origins"
import type { EndpointRequest } from "./exchange"

/**
 * Who may read the answers from a page of another origin: the registered origins of browser clients, or everybody (what
 * is public anyway). Cookies are never allowed along.
 */
export type CorsPolicy = "clients" | "public"

/** Seconds. */
const preflightMaxAge = 600

export async function corsHeaders(request: EndpointRequest, policy: CorsPolicy): Promise<Record<string, string>> {
  if (policy === "public") return { "Access-Control-Allow-Origin": "*" }
  const origin = request.header("origin")
  const allowed = origin !== null && (await isClientOrigin(origin))
  return {
    Vary: "Origin",
    ...(allowed && {
      "Access-Control-Allow-Origin": origin,
      "Access-Control-Expose-Headers": "WWW-Authenticate, Retry-After",
    }),
  }
}

export function preflightHeaders(methods: string[]): Record<string, string> {
  return {
    "Access-Control-Allow-Methods": methods.join(", "),
    "Access-Control-Allow-Headers": "Authorization, Content-Type, MCP-Protocol-Version",
    "Access-Control-Max-Age": String(preflightMaxAge),
  }
}
