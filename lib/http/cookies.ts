import { config } from "@/lib/config"
import type { EndpointRequest } from "./exchange"

/**
 * The cookies of this server: `browser` is what state tokens are bound to, `session` is the BrowserSession's other half,
 * `operator` opens the flow inspector.
 */
export type CookieName = "browser" | "session" | "operator"

/** With Secure the name says so (RFC 6265bis section 4.1.3.2): no other host and no plain-http page can set it. */
export function cookieName(name: CookieName): string {
  return `${config().secureCookies ? "__Host-" : ""}oauth-flow-${name}`
}

export function cookieAttributes(): { path: "/"; httpOnly: true; sameSite: "lax"; secure: boolean } {
  return { path: "/", httpOnly: true, sameSite: "lax", secure: config().secureCookies }
}

/** A value of ours, or null: whatever else stands in the cookie is not looked at. */
export function acceptCookie(value: string | undefined): string | null {
  return value !== undefined && /^[A-Za-z0-9_-]{43}$/.test(value) ? value : null
}

/** Reads one of our cookies from a request. */
export function readCookie(request: EndpointRequest, name: CookieName): string | null {
  const prefix = `${cookieName(name)}=`
  const pair = request
    .header("cookie")
    ?.split(";")
    .map((part) => part.trim())
    .find((part) => part.startsWith(prefix))
  return acceptCookie(pair?.slice(prefix.length))
}

/** The Set-Cookie header of a cookie that lasts as long as the browser runs. */
export function formatCookie(name: CookieName, value: string): string {
  return `${cookieName(name)}=${value}; Path=/; HttpOnly; SameSite=Lax${config().secureCookies ? "; Secure" : ""}`
}
