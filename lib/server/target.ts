/** What a request is for: its path, its query without the question mark, and both as they came. */
export type Target = { whole: string; path: string; query: string }

/**
 * The path and query of a request's target, in origin form: a server must accept absolute targets as well (RFC 9112 section
 * 3.2.2), and Next does not.
 * @returns null for a target that names no resource here
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
