import { errorResponseUri } from "@/lib/authorization/authorization-response"
import type { AuthorizationAnswer, Browser } from "@/lib/authorization/authorize"
import { RedirectableError } from "@/lib/authorization/redirectable-error"
import { OAuthError } from "@/lib/protocol/errors"
import { formatCookie, readCookie } from "./cookies"
import { type Endpoint, endpoint, logRefusal, type Method, methodNotAllowed } from "./endpoint"
import { errorPage } from "./error-page"
import type { EndpointRequest, Handler } from "./exchange"
import { toOAuthError } from "./failures"
import { redirect } from "./responses"

type Handlers = Partial<
  Record<"GET" | "POST", (request: EndpointRequest, browser: Browser) => Promise<AuthorizationAnswer>>
>

/**
 * An endpoint that a person's browser visits: answers are redirects. An error goes to the client by redirect when it is
 * certain who the client is, and is a page of ours in every other case. There is no CORS here.
 * @returns a handler for every method, those that the endpoint does not have answering 405
 */
export function authorizationEndpoint(handlers: Handlers): Endpoint {
  const allowed = Object.keys(handlers)
  const serve =
    (method: Method): Handler =>
    async (request) => {
      try {
        const handler = handlers[method as "GET" | "POST"]
        // HEAD among them: it must not make a code.
        if (!handler) throw methodNotAllowed(allowed)
        refusePrefetch(request)
        const answer = await handler(request, readBrowser(request))
        return redirect(answer.location, answer.browserToken && formatCookie("browser", answer.browserToken))
      } catch (error) {
        if (!(error instanceof RedirectableError))
          return errorPage(request, refused(request, method, toOAuthError(error)))
        refused(request, method, error.error)
        return redirect(errorResponseUri(error.error, error.address))
      }
    }
  return endpoint(serve)
}

function readBrowser(request: EndpointRequest): Browser {
  return { browserToken: readCookie(request, "browser"), browserSessionToken: readCookie(request, "session") }
}

function refused(request: EndpointRequest, method: string, error: OAuthError): OAuthError {
  logRefusal(request, method, error)
  return error
}

/**
 * A browser that fetches ahead, or Next's router that fetches a page's data, has nobody in front of it: a code made for
 * it would be lost. The browser then asks again when the person gets there.
 */
function refusePrefetch(request: EndpointRequest): void {
  const purposes = `${request.header("sec-purpose")} ${request.header("purpose")} ${request.header("x-moz")}`
  const byRouter = request.header("rsc") !== null || request.header("next-router-prefetch") !== null
  if (byRouter || /prefetch|prerender|preview/i.test(purposes)) {
    throw new OAuthError("invalid_request", "This address is not to be fetched ahead of a visit.", "prefetch_refused", {
      status: 503,
    })
  }
}
