import { config } from "@/lib/config"
import type { OAuthError } from "@/lib/protocol/errors"
import type { EndpointResponse } from "./exchange"

const plainHeaders = {
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "same-origin",
  "X-Frame-Options": "DENY",
}
const httpsHeaders = { ...plainHeaders, "Strict-Transport-Security": "max-age=31536000" }

/** The security headers of every response, files included. */
export const securityHeaders = (): Record<string, string> => (config().secureCookies ? httpsHeaders : plainHeaders)

const documents = new WeakMap<object, string>()

/** A public document that may be cached for `maxAge` seconds. Each object is serialised only once. */
export function publicDocument(document: object, maxAge: number): EndpointResponse {
  const body = documents.get(document) ?? JSON.stringify(document)
  documents.set(document, body)
  const headers = { "Content-Type": "application/json", "Cache-Control": `public, max-age=${maxAge}` }
  return { status: 200, headers, body }
}

/** A JSON answer that is not to be cached. */
export function json(body: object): EndpointResponse {
  const headers = { "Content-Type": "application/json", "Cache-Control": "no-store" }
  return { status: 200, headers, body: JSON.stringify(body) }
}

/** A success without a body. */
export function noContent(): EndpointResponse {
  return { status: 204, headers: { "Cache-Control": "no-store" }, body: null }
}

/** A JWT that is not to be cached. */
export function jwt(body: string, type = "application/jwt"): EndpointResponse {
  return { status: 200, headers: { "Content-Type": type, "Cache-Control": "no-store" }, body }
}

/** An error in the form of RFC 6749 section 5.2. */
export function jsonError(error: OAuthError): EndpointResponse {
  const headers = {
    ...error.headers,
    ...securityHeaders(),
    "Content-Type": "application/json",
    "Cache-Control": "no-store",
  }
  return { status: error.status, headers, body: JSON.stringify(error) }
}

/**
 * 303: whatever the method was, the browser continues with GET, and no body is sent along (RFC 9110 section 15.4.4, RFC 9700
 * section 4.12).
 * @param location a path of this server, which is made absolute with the issuer, or a client's redirect URI
 * @param cookies Set-Cookie headers
 */
export function redirect(location: string, cookies: string[] = []): EndpointResponse {
  const target = location.startsWith("/") ? `${config().issuer}${location}` : location
  return {
    status: 303,
    headers: { ...securityHeaders(), Location: target, "Cache-Control": "no-store" },
    cookies,
    body: null,
  }
}
