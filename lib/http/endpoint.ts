import { Flow } from "@/lib/flows/flow"
import { log } from "@/lib/log"
import { OAuthError } from "@/lib/protocol/errors"
import { currentDpopNonce } from "@/lib/sessions/dpop"
import { type CorsPolicy, corsHeaders, preflightHeaders } from "./cors"
import { type EndpointRequest, type EndpointResponse, type Handler, type RouteHandler, routeHandler } from "./exchange"
import { toOAuthError } from "./failures"
import { jsonError, securityHeaders } from "./responses"
import { withTimeLimit } from "./time-limit"

export type Method = "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS"

const allMethods: Method[] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]

/** What a route.ts exports: a handler for every method. */
export type Endpoint = Record<Method, RouteHandler>

/** Answers a request, and reports to the flow what it does. */
export type FlowHandler = (request: EndpointRequest, flow: Flow) => Promise<EndpointResponse>

/** Names the flow that a request belongs to. */
const flowIdHeader = "X-Flow-Id"

/**
 * An endpoint that clients call: JSON answers, errors in the form of RFC 6749 section 5.2, no caching unless the answer
 * says otherwise, CORS by the policy.
 * @param options.namesFlow whether its requests are steps of a flow, which the answer then names: all but public documents
 * @returns a handler for every method, those that the endpoint does not have answering 405
 */
export function oauthEndpoint(
  handlers: Partial<Record<"GET" | "POST" | "PUT" | "DELETE", FlowHandler>>,
  { cors, namesFlow = cors === "clients" }: { cors?: CorsPolicy; namesFlow?: boolean } = {},
): Endpoint {
  const allowed = allowedMethods(handlers, cors)
  const serve =
    (method: Method, handler: FlowHandler): Handler =>
    async (request) => {
      const flow = new Flow(method, request.path, request.clientAddress)
      const answer = await withTimeLimit(request, (limited) => handler(limited, flow)).catch((error) =>
        errorResponse(request, method, error, flow),
      )
      const { status, headers, body } = answer
      flow.end(status)
      // Not one literal: V8 takes ten times as long for each spread after the first.
      const all: Record<string, string> = { "Cache-Control": "no-store", ...securityHeaders() }
      if (namesFlow) Object.assign(all, flowHeader(flow))
      // RFC 9449 section 8.2: a client with a proof always has the newest nonce.
      if (request.header("dpop") !== null) all["DPoP-Nonce"] = currentDpopNonce()
      return { status, headers: Object.assign(all, headers, cors && (await corsHeaders(request, cors))), body }
    }
  const notAllowed: FlowHandler = async () => {
    throw methodNotAllowed(allowed)
  }
  const preflight: FlowHandler = async (request) => ({
    status: 204,
    headers: { Allow: allowed.join(", "), ...(cors && preflightHeaders(request, allowed)) },
    body: null,
  })
  // The answer to HEAD is GET's, Content-Length included; the server leaves its body out.
  const own: Partial<Record<Method, FlowHandler>> = {
    ...handlers,
    ...(handlers.GET && cors === "public" && { HEAD: handlers.GET }),
    OPTIONS: preflight,
  }
  return endpoint((method) => serve(method, own[method] ?? notAllowed))
}

export function flowHeader(flow: Flow): Record<string, string> {
  return { [flowIdHeader]: flow.publicId }
}

export function endpoint(handlerOf: (method: Method) => Handler): Endpoint {
  return Object.fromEntries(allMethods.map((method) => [method, routeHandler(handlerOf(method))])) as Endpoint
}

export function methodNotAllowed(allowed: string[]): OAuthError {
  return new OAuthError("invalid_request", `Use ${allowed.join(" or ")} here.`, "method_not_allowed", {
    status: 405,
    headers: { Allow: allowed.join(", ") },
  })
}

/** HEAD is for public documents. Elsewhere GET has effects or needs credentials, so HEAD is refused. */
function allowedMethods(
  handlers: Partial<Record<"GET" | "POST" | "PUT" | "DELETE", FlowHandler>>,
  cors: CorsPolicy | undefined,
): Method[] {
  const methods = Object.keys(handlers) as Method[]
  return handlers.GET && cors === "public" ? [...methods, "HEAD"] : methods
}

function errorResponse(request: EndpointRequest, method: Method, caught: unknown, flow: Flow): EndpointResponse {
  return jsonError(recordRefusal(request, method, toOAuthError(caught), flow))
}

/** The path alone is logged: a query may hold a state token, or by mistake a secret. @returns the error */
export function recordRefusal({ path }: EndpointRequest, method: string, error: OAuthError, flow: Flow): OAuthError {
  // Browsers and Next's router fetch ahead, and devices poll.
  const isExpected = error.reason === "prefetch_refused" || error.reason === "authorization_pending"
  // A row that was deleted at the same moment is no fault of the server.
  const isFault = error.status >= 500 && error.reason !== "deleted_meanwhile"
  const level = isExpected ? "debug" : isFault ? "error" : "warn"
  log()[level]({
    event: "refused",
    method,
    path,
    status: error.status,
    error: error.code,
    reason: error.reason,
    flow: flow.id,
  })
  flow.fail(error)
  return error
}
