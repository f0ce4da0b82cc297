import type http from "node:http"
import { config } from "@/lib/config"
import { publicCorsHeaders } from "@/lib/http/cors"
import { methodNotAllowed } from "@/lib/http/endpoint"
import { errorPage, notFoundPage } from "@/lib/http/error-page"
import type { EndpointRequest, EndpointResponse, Handler } from "@/lib/http/exchange"
import { findMethodRefusal, isKnownPath, publicDocumentPaths } from "@/lib/http/known-paths"
import { redirect } from "@/lib/http/responses"
import type { RequestHandlers } from "./serve"
import type { Target } from "./target"

const loopbackNames = new Set(["localhost", "127.0.0.1", "[::1]"])

/**
 * Finds the response to a request that no endpoint, page or file may handle; null for all other requests.
 * @param options.dev in development Next has its own paths
 * @param options.guardNext gives the 404 of a flow that does not exist
 */
export function findRefusal(
  { method, headers }: http.IncomingMessage,
  target: Target,
  { dev, guardNext }: Pick<RequestHandlers, "dev" | "guardNext">,
): Handler | null {
  const isShort = target.whole.length <= maxTargetLength
  if (method === "GET" && isShort && isForPeople(target.path) && usesOtherLoopbackName(headers))
    return async () => redirect(target.whole)
  const status = findMethodRefusal(method, target.path)
  if (status === 405)
    return async (request) => (await guardNext(request)) ?? errorPage(request, methodNotAllowed(["GET", "HEAD"]), null)
  if (status === 404) return async (request) => notFoundPage(request)
  return dev || isKnownPath(target.path) ? null : (request) => redirectOrNotFound(request, target)
}

/** Redirects another spelling of an existing path to that path. */
async function redirectOrNotFound(request: EndpointRequest, { path, query }: Target): Promise<EndpointResponse> {
  const canonical = path.replace(/\/{2,}/g, "/").replace(/(?<=.)\/$/, "")
  if (canonical === path || !isKnownPath(canonical) || query.length > maxQueryLength) return notFoundPage(request)
  const location = query === "" ? canonical : `${canonical}?${query}`
  const { headers, ...response } = redirect(location)
  const cors = publicDocumentPaths.includes(canonical) ? publicCorsHeaders : {}
  return { ...response, headers: { ...headers, ...cors }, status: 308 }
}

/** In characters. A longer query or target is not copied into a header. */
const maxQueryLength = 3_000
const maxTargetLength = 3_500

/** Whether people open this path in a browser. */
const isForPeople = (path: string) =>
  /^\/(authorize|callback|end-session|sign-in|sign-out|sign-up|consent|flows|playground)?(\/|$)/.test(path)

/**
 * Whether a browser opened this server by another loopback name than the issuer's. 127.0.0.1 and localhost have separate
 * cookies, so a sign-in that starts at one cannot finish at the other. Other names are ignored, because behind a proxy the
 * Host header can be anything.
 */
function usesOtherLoopbackName({ host, accept }: http.IncomingHttpHeaders): boolean {
  if (!accept?.includes("text/html") || !host || !URL.canParse(`http://${host}`)) return false
  const issuer = new URL(config().issuer)
  const requested = new URL(`http://${host}`)
  return (
    issuer.protocol === "http:" &&
    requested.host !== issuer.host &&
    requested.port === issuer.port &&
    loopbackNames.has(requested.hostname)
  )
}
