/** A request target: its path, its query without the question mark, and both unchanged in `whole`. */
export type Target = { whole: string; path: string; query: string }

/**
 * Parses a request target into path and query. A server must accept absolute targets too (RFC 9112 section 3.2.2), and Next
 * does not.
 * @returns null for a target without a path of this server
 */
export function parseTarget(target: string | undefined): Target | null {
  const whole = target?.startsWith("/") ? target : pathOfUrl(target ?? "")
  if (whole === null) return null
  const end = whole.indexOf("?")
  return end < 0 ? { whole, path: whole, query: "" } : { whole, path: whole.slice(0, end), query: whole.slice(end + 1) }
}

function pathOfUrl(target: string): string | null {
  const url = URL.canParse(target) ? new URL(target) : null
  return url && /^https?:$/.test(url.protocol) ? url.pathname + url.search : null
}
