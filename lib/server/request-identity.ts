import type { IncomingHttpHeaders } from "node:http"
import { isIP } from "node:net"

/** Headers by which a proxy, or Next itself, speaks to the next server. From a client they are lies. */
const forbidden =
  /^(forwarded|x-real-ip|x-forwarded-.*|x-middleware-.*|x-nextjs-data|next-router-state-tree|x-matched-path|x-now-.*)$/

/**
 * Makes what the request says about who asks, and for whom, true: the address of the client in `x-forwarded-for`, one
 * value, and the issuer's origin in `host`, `x-forwarded-host` and `x-forwarded-proto`.
 * @param headers the request's headers, changed in place
 * @param socketAddress the address at the other end of the connection
 * @param trust.trustedProxies how many proxies of ours stand before this server; each adds one address to `x-forwarded-for`
 */
export function setClientIdentity(
  headers: IncomingHttpHeaders,
  socketAddress: string | undefined,
  { trustedProxies, issuer }: { trustedProxies: number; issuer: URL },
): void {
  const address = findClientAddress(headers["x-forwarded-for"], socketAddress, trustedProxies)
  for (const name of Object.keys(headers)) {
    if (forbidden.test(name)) delete headers[name]
  }
  headers["x-forwarded-for"] = address
  headers["x-forwarded-host"] = issuer.host
  headers["x-forwarded-proto"] = issuer.protocol.slice(0, -1)
  headers.host = issuer.host
}

/**
 * The client's address: the socket's, or the one that the outermost trusted proxy saw. A header of fewer addresses did
 * not come through all the proxies, so none of it is believed.
 */
function findClientAddress(
  forwardedFor: string | string[] | undefined,
  socketAddress: string | undefined,
  trustedProxies: number,
): string {
  const seen = trustedProxies > 0 ? String(forwardedFor ?? "").split(",") : []
  const claimed = bareAddress(seen.at(-trustedProxies) ?? "")
  return isIP(claimed) ? claimed : bareAddress(socketAddress ?? "")
}

/** What a request is for: its path, its query without the question mark, and both as they came. */
export type Target = { whole: string; path: string; query: string }

/**
 * The path and query of a request's target, in origin form: a server must take absolute targets as well (RFC 9112 section
 * 3.2.2), and Next cannot.
 * @returns null for a target that names no resource here
 */
export function findTarget(target: string | undefined): Target | null {
  const whole = target?.startsWith("/") ? target : pathOfUrl(target ?? "")
  if (whole === null) return null
  const end = whole.indexOf("?")
  return end < 0 ? { whole, path: whole, query: "" } : { whole, path: whole.slice(0, end), query: whole.slice(end + 1) }
}

function pathOfUrl(target: string): string | null {
  const url = URL.canParse(target) ? new URL(target) : null
  return url && /^https?:$/.test(url.protocol) ? url.pathname + url.search : null
}

/** An address without port, brackets, zone or the IPv6 form of an IPv4 address. */
function bareAddress(value: string): string {
  const text = value.trim()
  const [, bracketed] = /^\[([^\]]+)\](?::\d+)?$/.exec(text) ?? []
  const address = bracketed ?? (/^[\d.]+:\d+$/.test(text) ? text.slice(0, text.indexOf(":")) : text)
  return address.replace(/%.*$/, "").replace(/^::ffff:(?=[\d.]+$)/i, "")
}
