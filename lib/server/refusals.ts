import type http from "node:http"
import { config } from "@/lib/config"
import { methodNotAllowed } from "@/lib/http/endpoint"
import { errorPage, notFoundPage } from "@/lib/http/error-page"
import type { EndpointResponse, Handler } from "@/lib/http/exchange"
import { findMethodRefusal, isKnownPath } from "@/lib/http/known-paths"
import { redirect } from "@/lib/http/responses"
import type { Target } from "./target"

const loopbackNames = new Set(["localhost", "127.0.0.1", "[::1]"])

/**
 * The answer to a request that no endpoint, page or file gets to see; null when there is nothing to refuse.
 * @param options.dev in development Next has paths of its own
 */
export function findRefusal(
  { method, headers }: http.IncomingMessage,
  target: Target,
  { dev }: { dev: boolean },
): Handler | null {
  if (method === "GET" && isForPeople(target.path) && isAtAnotherName(headers))
    return async () => redirect(target.whole)
  const status = findMethodRefusal(method, target.path)
  if (status === 405) return async (request) => errorPage(request, methodNotAllowed(["GET", "HEAD"]), null)
  if (status === 404) return async () => notFoundPage()
  return dev || isKnownPath(target.path) ? null : () => redirectOrNotFound(target)
}

/** Another spelling of a path that exists leads there. */
async function redirectOrNotFound({ path, query }: Target): Promise<EndpointResponse> {
  const canonical = path.replace(/\/{2,}/g, "/").replace(/(?<=.)\/$/, "")
  if (canonical === path || !isKnownPath(canonical) || query.length > maxQueryLength) return notFoundPage()
  const location = query === "" ? canonical : `${canonical}?${query}`
  return { ...redirect(location), status: 308 }
}

/** Characters. A longer query is not repeated in a header. */
const maxQueryLength = 3_000

/** Whether people open this path in a browser, and not clients. */
const isForPeople = (path: string) =>
  /^\/(authorize|callback|sign-in|sign-up|consent|flows|playground)?(\/|$)/.test(path)

/**
 * Whether a person opened this server by another name of this machine than the issuer's: 127.0.0.1 and localhost have
 * cookies of their own, so a sign-in that starts at one could not finish at the other. Behind a proxy the Host header may
 * be anything, so nothing is concluded from other names.
 */
function isAtAnotherName({ host, accept }: http.IncomingHttpHeaders): boolean {
  if (!accept?.includes("text/html") || !host || !URL.canParse(`http://${host}`)) return false
  const issuer = new URL(config().issuer)
  const asked = new URL(`http://${host}`)
  return (
    issuer.protocol === "http:" &&
    asked.host !== issuer.host &&
    asked.port === issuer.port &&
    loopbackNames.has(asked.hostname)
  )
}
