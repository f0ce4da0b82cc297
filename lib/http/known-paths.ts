/** Every route.ts that is an endpoint for clients or for forms, by its path. A test compares these lists with the folders. */
export const endpointPaths = [
  "/.well-known/oauth-authorization-server",
  "/.well-known/openid-configuration",
  "/authorize",
  "/callback",
  "/consent/submit",
  "/flows/enter/submit",
  "/introspect",
  "/jwks",
  "/refresh",
  "/revoke",
  "/sign-in/submit",
  "/sign-out/submit",
  "/sign-up/submit",
  "/token",
  "/userinfo",
] as const

/** The pages that this project's server renders without scripts of Next. */
export const lightPagePaths = ["/", "/consent", "/flows/enter", "/sign-in", "/sign-up"] as const

/** What only Next answers, and to GET alone: pages, streams, exports and files. */
export const nextPathPatterns = [
  /^\/playground(\/flow)?$/,
  /^\/flows(\/stream)?$/,
  /^\/flows\/(?!enter$)[^/]+(\/(stream|export))?$/,
  /^\/(form\.js|icon\.svg|robots\.txt)$/,
  /^\/_next\/static\/./,
]

const endpoints = new Set<string>(endpointPaths)
const lightPages = new Set<string>(lightPagePaths)

/**
 * Why a request is refused before anything looks at it: Next would run a page for any method, and fail on some bodies.
 * @returns 405 where the path has only GET and HEAD, 404 where it does not exist, null when the request is not refused
 */
export function findMethodRefusal(method: string | undefined, path: string): 404 | 405 | null {
  if (method === "GET" || method === "HEAD" || endpoints.has(path)) return null
  return lightPages.has(path) || nextPathPatterns.some((pattern) => pattern.test(path)) ? 405 : 404
}
