import type http from "node:http"
import { config } from "@/lib/config"
import { methodNotAllowed } from "@/lib/http/endpoint"
import { errorPage, notFoundPage } from "@/lib/http/error-page"
import type { EndpointRequest, EndpointResponse, Handler } from "@/lib/http/exchange"
import { findMethodRefusal } from "@/lib/http/known-paths"
import { redirect } from "@/lib/http/responses"
import { generateId } from "@/lib/protocol/random"
import type { Target } from "./target"

/** The longest target that is passed to Next, in characters: it writes it into headers of its answers. */
const maxTargetLength = 8 * 1024

const loopbackNames = new Set(["localhost", "127.0.0.1", "[::1]"])

/** The answer to a request that no endpoint and no page gets to see; null when there is nothing to refuse. */
export function findRefusal({ method, headers }: http.IncomingMessage, target: Target): Handler | null {
  if (method === "GET" && isForPeople(target.path) && isAtAnotherName(headers))
    return async () => redirect(target.whole)
  const status = findMethodRefusal(method, target.path)
  if (status === 404) return async () => notFoundPage()
  if (status === 405) return async (request) => errorPage(request, methodNotAllowed(["GET", "HEAD"]), generateId())
  return null
}

/** Whether people open this path in a browser, and not clients. */
const isForPeople = (path: string) =>
  /^\/(authorize|callback|sign-in|sign-up|consent|flows|playground)?(\/|$)/.test(path)

/** As findRefusal, for what would go to Next. */
export function findNextRefusal({ whole }: Target): Handler | null {
  return whole.length > maxTargetLength ? async (request) => tooLong(request) : null
}

function tooLong(request: EndpointRequest): EndpointResponse {
  return { ...notFoundPage(), status: request.query === "" ? 404 : 414 }
}

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
