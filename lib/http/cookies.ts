import { parseCookie, type SetCookie, stringifySetCookie } from "cookie"
import { config } from "@/lib/config"
import type { EndpointRequest } from "./exchange"

/**
 * The cookies of this server: `session` is the BrowserSession's other half, `operator` opens the flow inspector, `form`
 * carries the result of a refused form to the page that shows it again, `browser` is what state tokens are bound to,
 * `language` is the language that the person chose,
 * `no-passkey-offer` that they did not want a passkey, `known-device` that accounts have signed in here, `accounts` has the other accounts that are signed in; `provider` and `provider-flow` wait while the browser is at another
 * provider.
 */
export type CookieName =
  | "browser"
  | "session"
  | "operator"
  | "form"
  | "language"
  | "no-passkey-offer"
  | "known-device"
  | "accounts"
  | "provider"
  | "provider-flow"

/**
 * A Secure cookie has the prefix __Host- (RFC 6265bis section 4.1.3.2), so no other host and no plain-http page can set it. Cookies do
 * not know ports, so on localhost the name has the port: two servers there would overwrite each other's cookies.
 */
export function cookieName(name: CookieName, issuer = config().issuer): string {
  const { protocol, port } = new URL(issuer)
  return protocol === "https:" ? `__Host-oauth-flow-${name}` : `oauth-flow-${port || "80"}-${name}`
}

/** A token in a cookie: 256 bits, base64url. */
const tokenSyntax = /^[A-Za-z0-9_-]{43}$/

/** Reads a token from one of this server's cookies; null when it is missing or malformed. */
export function readTokenCookie(request: EndpointRequest, name: CookieName): string | null {
  const value = readCookie(request, name)
  return value !== null && tokenSyntax.test(value) ? value : null
}

export function readCookie(request: EndpointRequest, name: CookieName): string | null {
  return readCookies(request)[cookieName(name)] ?? null
}

function readCookies(request: EndpointRequest): Record<string, string | undefined> {
  return parseCookie(request.header("cookie") ?? "")
}

/**
 * A first visit may send several requests to /authorize at the same time, before the browser has any cookie, and each response sets one.
 * So each has a name of its own, and the browser keeps them all.
 */
const maxBrowserTokens = 64

/** The values that this browser's state tokens may be bound to, the first 64 of them. */
export function readBrowserTokens(request: EndpointRequest): string[] {
  const prefix = `${cookieName("browser")}-`
  return Object.entries(readCookies(request))
    .filter(([name, value]) => name.startsWith(prefix) && value !== undefined && tokenSyntax.test(value))
    .map(([, value]) => value as string)
    .slice(0, maxBrowserTokens)
}

type Life = Pick<SetCookie, "expires" | "maxAge">

/** The Set-Cookie header of a binding cookie, which lasts until the browser is closed. */
export function formatBrowserCookie(token: string): string {
  return format(`${cookieName("browser")}-${token.slice(0, 4)}`, token, {})
}

/** A Set-Cookie header. @param life without it the cookie lasts until the browser is closed; maxAge is in seconds */
export function formatCookie(name: CookieName, value: string, life: Life = {}): string {
  return format(cookieName(name), value, life)
}

/** The Set-Cookie header of a BrowserSession. */
export function formatSessionCookie({ token, expiresAt }: { token: string; expiresAt: Date | null }): string {
  return formatCookie("session", token, expiresAt ? { expires: expiresAt } : {})
}

/** Accounts that stay signed in beside the one in use. */
const maxOtherAccounts = 4

/** The tokens of the other BrowserSessions of this browser, those used last first. */
export function readOtherSessions(request: EndpointRequest): string[] {
  const tokens = readCookie(request, "accounts")?.split(".") ?? []
  return tokens.filter((token) => tokenSyntax.test(token)).slice(0, maxOtherAccounts)
}

/** The Set-Cookie header with the tokens of the other BrowserSessions. They end with the browser. */
export function formatOtherSessions(tokens: string[]): string {
  return tokens.length > 0
    ? formatCookie("accounts", tokens.slice(0, maxOtherAccounts).join("."))
    : formatDeletedCookie("accounts")
}

/** The Set-Cookie header that deletes a cookie. */
export function formatDeletedCookie(name: CookieName): string {
  return formatCookie(name, "", { maxAge: 0 })
}

function format(name: string, value: string, life: Life): string {
  const { secureCookies: secure } = config()
  return stringifySetCookie({ name, value, path: "/", httpOnly: true, sameSite: "lax", secure, ...life })
}
