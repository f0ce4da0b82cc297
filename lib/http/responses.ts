import { config } from "@/lib/config"
import type { OAuthError } from "@/lib/protocol/errors"
import type { EndpointResponse } from "./exchange"

/** On every answer. Pages get the same from next.config.mjs. */
export const securityHeaders = {
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "same-origin",
  "X-Frame-Options": "DENY",
}

/** A JSON answer. It is not to be cached unless `maxAge` (seconds) says otherwise. */
export function json(body: object, { maxAge }: { maxAge?: number } = {}): EndpointResponse {
  const headers = {
    "Content-Type": "application/json",
    "Cache-Control": maxAge === undefined ? "no-store" : `public, max-age=${maxAge}`,
  }
  return { status: 200, headers, body: JSON.stringify(body) }
}

/** An error in the form of RFC 6749 section 5.2. */
export function jsonError(error: OAuthError): EndpointResponse {
  const headers = {
    ...error.headers,
    ...securityHeaders,
    "Content-Type": "application/json",
    "Cache-Control": "no-store",
  }
  return { status: error.status, headers, body: JSON.stringify(error) }
}

/** 200 without a body, and without anything to say. */
export function done(): EndpointResponse {
  return { status: 200, headers: {}, body: null }
}

/**
 * 303: whatever the method was, the browser goes on with GET, and no body is sent along (RFC 9110 section 15.4.4, RFC 9700 section
 * 4.12).
 * @param location a path of ours, which is made absolute with the issuer, or a client's redirect URI
 * @param cookie a Set-Cookie header
 */
export function redirect(location: string, cookie?: string): EndpointResponse {
  const target = location.startsWith("/") ? `${config().issuer}${location}` : location
  const headers = { ...securityHeaders, Location: target, "Cache-Control": "no-store" }
  return { status: 303, headers: cookie ? { ...headers, "Set-Cookie": cookie } : headers, body: null }
}
