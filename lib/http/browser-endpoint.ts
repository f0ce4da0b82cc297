import { type AuthorizationResponse, errorResponse, responseUri } from "@/lib/authorization/authorization-response"
import type { AuthorizationAnswer, Browser } from "@/lib/authorization/authorize"
import { RedirectableError } from "@/lib/authorization/redirectable-error"
import { Flow } from "@/lib/flows/flow"
import { OAuthError } from "@/lib/protocol/errors"
import { formatBrowserCookie, readBrowserTokens, readOtherSessions, readTokenCookie } from "./cookies"
import { type Endpoint, endpoint, flowHeader, type Method, methodNotAllowed, recordRefusal } from "./endpoint"
import { errorPage, formPostPage } from "./error-page"
import type { EndpointRequest, EndpointResponse, Handler } from "./exchange"
import { toOAuthError } from "./failures"
import { redirect } from "./responses"
import { withTimeLimit } from "./time-limit"

/** Answers a request of a person's browser. @throws OAuthError for a page, RedirectableError for the client */
export type BrowserHandler = (request: EndpointRequest, browser: Browser, flow: Flow) => Promise<EndpointResponse>

/**
 * An endpoint that a person's browser visits. An error goes to the client by redirect when it is certain who the client
 * is, and is a page of this server in every other case. There is no CORS here.
 * @param options.waitsForOthers whether it waits for more than the database, so that it has no time limit of its own
 * @returns a handler for every method, those that the endpoint does not have answering 405
 */
export function browserEndpoint(
  handlers: Partial<Record<"GET" | "POST", BrowserHandler>>,
  { waitsForOthers = false } = {},
): Endpoint {
  const allowed = Object.keys(handlers)
  const serve =
    (method: Method): Handler =>
    async (request) => {
      const flow = new Flow(method, request.path, request.clientAddress)
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
      const handle = (limited: EndpointRequest) => handler(limited, readBrowser(limited), flow)
      return await (waitsForOthers ? handle(request) : withTimeLimit(request, handle))
    } catch (error) {
      if (!(error instanceof RedirectableError))
        return errorPage(request, recordRefusal(request, method, toOAuthError(error), flow), flow.id)
      recordRefusal(request, method, error.error, flow)
      return sendToClient(request, errorResponse(error.error, error.address))
    }
  }
  return endpoint(serve)
}

/** Sends the browser where the authorization continues. */
export function authorizationResponse(
  request: EndpointRequest,
  { next, browserToken }: AuthorizationAnswer,
): EndpointResponse {
  const cookies = browserToken === undefined ? [] : [formatBrowserCookie(browserToken)]
  return typeof next === "string" ? redirect(next, cookies) : { ...sendToClient(request, next), cookies }
}

function sendToClient(request: EndpointRequest, response: AuthorizationResponse): EndpointResponse {
  return response.responseMode === "form_post" ? formPostPage(request, response) : redirect(responseUri(response))
}

export function readBrowser(request: EndpointRequest): Browser {
  return {
    browserTokens: readBrowserTokens(request),
    browserSessionToken: readTokenCookie(request, "session"),
    otherSessionTokens: readOtherSessions(request),
    referrer: request.header("referer"),
  }
}

/**
 * When a browser fetches ahead, or Next's router fetches a page's data, there is no person in front of it, and a code made
 * for it would be lost. The browser asks again when the person gets there.
 */
function refusePrefetch(request: EndpointRequest): void {
  const purposes = `${request.header("sec-purpose")} ${request.header("purpose")} ${request.header("x-moz")}`
  const byRouter = request.header("rsc") !== null || request.header("next-router-prefetch") !== null
  if (byRouter || /prefetch|prerender|preview/i.test(purposes)) {
    throw new OAuthError(
      "invalid_request",
      "This address must not be prefetched. Load it only when the user opens it.",
      "prefetch_refused",
      {
        status: 503,
      },
    )
  }
}
