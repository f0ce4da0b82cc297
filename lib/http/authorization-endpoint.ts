import { errorResponseUri } from "@/lib/authorization/authorization-response"
import type { AuthorizationAnswer, Browser } from "@/lib/authorization/authorize"
import { RedirectableError } from "@/lib/authorization/redirectable-error"
import { Flow } from "@/lib/flows/flow"
import { OAuthError } from "@/lib/protocol/errors"
import { formatCookie, readCookie } from "./cookies"
import { type Endpoint, endpoint, flowHeader, type Method, methodNotAllowed, refuse } from "./endpoint"
import { errorPage } from "./error-page"
import type { EndpointRequest, EndpointResponse, Handler } from "./exchange"
import { toOAuthError } from "./failures"
import { redirect } from "./responses"

type Handlers = Partial<
  Record<"GET" | "POST", (request: EndpointRequest, browser: Browser, flow: Flow) => Promise<AuthorizationAnswer>>
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
      const flow = new Flow(method, request.path)
      const answer = await respond(request, method, flow)
      flow.end(answer.status)
      return { ...answer, headers: { ...answer.headers, ...flowHeader(flow) } }
    }

  async function respond(request: EndpointRequest, method: Method, flow: Flow): Promise<EndpointResponse> {
    try {
      const handler = handlers[method as "GET" | "POST"]
      // HEAD among them: it must not make a code.
      if (!handler) throw methodNotAllowed(allowed)
      refusePrefetch(request)
      const answer = await handler(request, readBrowser(request), flow)
      return redirect(answer.location, answer.browserToken && formatCookie("browser", answer.browserToken))
    } catch (error) {
      if (!(error instanceof RedirectableError))
        return errorPage(request, refuse(request, method, toOAuthError(error), flow), flow.id)
      refuse(request, method, error.error, flow)
      return redirect(errorResponseUri(error.error, error.address))
    }
  }
  return endpoint(serve)
}

function readBrowser(request: EndpointRequest): Browser {
  const browserTokens = [readCookie(request, "browser")].filter((token) => token !== null)
  return { browserTokens, browserSessionToken: readCookie(request, "session") }
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
