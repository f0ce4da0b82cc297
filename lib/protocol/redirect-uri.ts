/** Characters that RFC 3986 allows in a URI; not a backslash, a space or anything beyond ASCII. */
export const uriCharacters = /^[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=%]+$/

/** A redirect URI on the loopback interface: its host, and what follows the port. */
const loopback = /^http:\/\/(127\.0\.0\.1|\[::1\]|localhost)(?::([0-9]{1,5}))?(\/.*)?$/

/**
 * Whether `requested` is one of the registered redirect URIs: the same bytes. On the loopback interface alone the port
 * may differ, because a native app cannot know which one it gets.
 * RFC 9700 section 2.1, RFC 8252 section 7.3, OAuth 2.1 section 2.3.1.
 */
export function isRegisteredRedirectUri(requested: string, registered: string[]): boolean {
  // RFC 9700 section 4.1.3: "the authorization server MUST ensure that the two URIs are equal; see [RFC3986],
  // Section 6.2.1, Simple String Comparison, for details."
  if (registered.includes(requested)) return true
  const port = loopback.exec(requested)?.[2]
  if (port !== undefined && (Number(port) < 1 || Number(port) > 65535)) return false
  const target = withoutLoopbackPort(requested)
  return target !== null && registered.some((uri) => withoutLoopbackPort(uri) === target)
}

/** A loopback URI or origin without its port; null for every other one. */
export function withoutLoopbackPort(uri: string): string | null {
  const match = loopback.exec(uri)
  return match && `http://${match[1]}${match[3] ?? ""}`
}

/** URL parsers correct `https:host` and `https:///host`; a browser takes the first for a path on the page's own host. */
const httpsWithHost = /^https:\/\/[^/?#@]+([/?#]|$)/i

/** What an authorization response is made of. Registered with a value of its own, each would be in the answer twice. */
const responseParameters = ["code", "state", "iss", "error", "error_description", "error_uri"]

/** Schemes that run code or reach files in the browser itself, and those of other protocols. */
const forbiddenSchemes = new Set(
  [
    ...["about", "blob", "chrome", "data", "edge", "file", "filesystem", "ftp", "intent", "jar", "javascript"],
    ...["mailto", "ms-settings", "search-ms", "sms", "ssh", "tel", "urn", "vbscript", "view-source", "ws", "wss"],
  ].map((scheme) => `${scheme}:`),
)

/** A redirect URI is in the Location header of every answer, beside the client's state: docs/decisions/021. */
const maxLength = 512

/**
 * Explains why a URI cannot be registered as a redirect URI. Returns null when it can.
 * https anywhere, http on the loopback interface, or an app's own scheme of the reverse-domain form (RFC 8252 section 7).
 * @param options.anyScheme whether the app's own scheme may have another form, such as `vscode:`
 */
export function findRedirectUriProblem(uri: string, { anyScheme = false } = {}): string | null {
  if (uri.length > maxLength) return `is longer than ${maxLength} characters`
  if (!uriCharacters.test(uri)) return "has a character that a URI cannot have"
  let url: URL
  try {
    url = new URL(uri)
  } catch {
    return "is not an absolute URI"
  }
  // RFC 6749 section 3.1.2: "The endpoint URI MUST NOT include a fragment component."
  if (uri.includes("#")) return "must not have a fragment"
  if (url.username || url.password) return "must not have a user name or password"
  const reserved = responseParameters.find((name) => url.searchParams.has(name))
  if (reserved) return `must not have the parameter ${reserved} in its query: the server adds it to the response`
  if (forbiddenSchemes.has(url.protocol)) return `must not use the scheme ${url.protocol}`
  if (url.protocol === "https:" && !httpsWithHost.test(uri)) return "must begin with https:// and a host"
  if (url.protocol === "https:") return url.hostname.includes("*") ? "must not have a wildcard" : null
  if (url.protocol === "http:")
    return loopback.test(uri) ? null : "must begin with https:// (http:// is for the loopback interface only)"
  return anyScheme || !isGenericScheme(uri)
    ? null
    : "must use https, or an app's own scheme in reverse-domain form, such as com.example.app:/callback"
}

/**
 * Whether this is an app's own scheme without a domain name in it, such as `vscode:`. RFC 8252 section 7.1: "apps MUST use a
 * URI scheme based on a domain name under their control", so another app is likely to use the same one.
 */
export function isGenericScheme(redirectUri: string): boolean {
  const { protocol } = new URL(redirectUri)
  return protocol !== "https:" && protocol !== "http:" && !protocol.includes(".")
}

/** Adds parameters. The URI keeps every byte that was registered, a query of its own included (OAuth 2.1 section 2.3). */
export function addQuery(uri: string, parameters: Record<string, string>): string {
  const separator = !uri.includes("?") ? "?" : /[?&]$/.test(uri) ? "" : "&"
  return `${uri}${separator}${new URLSearchParams(parameters)}`
}

/**
 * Whether a program on the person's device other than the client could have asked for this redirect URI, which fits a
 * registered one: on another loopback port, or by an app's own scheme, which any app can claim.
 */
export function isClaimable(redirectUri: string, registered: string[]): boolean {
  return !registered.includes(redirectUri) || !/^https?:/i.test(redirectUri)
}

/**
 * The start page of the site that a redirect URI belongs to, for a link back to the client. Behind an app's own scheme, or
 * on an unregistered loopback port, returns null.
 */
export function findSite(redirectUri: string, registered: string[]): string | null {
  return isClaimable(redirectUri, registered) ? null : `${new URL(redirectUri).origin}/`
}

/** The origin whose pages get an answer at this redirect URI, or null for an app's own scheme. */
export function findOrigin(redirectUri: string): string | null {
  const { origin } = new URL(redirectUri)
  return origin === "null" ? null : origin
}

/** Where the browser goes back to, in a form that people can check: a host, or an app's scheme. */
export function describeRedirectUri(redirectUri: string): string {
  const { protocol, host } = new URL(redirectUri)
  // Behind an app's own scheme a host means nothing, and any app could use the name.
  return protocol === "https:" || protocol === "http:" ? host : protocol.replace(/:$/, "")
}
