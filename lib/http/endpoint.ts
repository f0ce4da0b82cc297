import { log } from "@/lib/log"
import { OAuthError } from "@/lib/protocol/errors"
import { type CorsPolicy, corsHeaders, preflightHeaders } from "./cors"
import { toOAuthError } from "./failures"

export type Handler = (request: Request) => Promise<Response>
export type Method = "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS"

export const allMethods: Method[] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]

/**
 * An endpoint that clients call: JSON answers, errors in the form of RFC 6749 section 5.2, no caching unless the answer
 * says otherwise, CORS by the policy.
 * @returns a handler for every method, those that the endpoint does not have answering 405
 */
export function oauthEndpoint(
  handlers: Partial<Record<"GET" | "POST", Handler>>,
  { cors }: { cors?: CorsPolicy } = {},
): Record<Method, Handler> {
  const allowed = allowedMethods(handlers, cors)
  const serve =
    (method: Method, handler: Handler): Handler =>
    async (request) => {
      const response = await handler(request).catch((error) => errorResponse(request, method, error))
      if (!response.headers.has("Cache-Control")) response.headers.set("Cache-Control", "no-store")
      if (cors) await addHeaders(response, () => corsHeaders(request, cors))
      return response
    }
  const refuse: Handler = async () => {
    throw methodNotAllowed(allowed)
  }
  const preflight: Handler = async () =>
    new Response(null, { status: 204, headers: { Allow: allowed.join(", "), ...(cors && preflightHeaders(allowed)) } })
  const own: Partial<Record<Method, Handler>> = {
    ...handlers,
    ...(handlers.GET && cors === "public" && { HEAD: withoutBody(handlers.GET) }),
    OPTIONS: preflight,
  }
  return Object.fromEntries(allMethods.map((method) => [method, serve(method, own[method] ?? refuse)])) as Record<
    Method,
    Handler
  >
}

export function methodNotAllowed(allowed: string[]): OAuthError {
  return new OAuthError("invalid_request", `Use ${allowed.join(" or ")} here.`, "method_not_allowed", {
    status: 405,
    headers: { Allow: allowed.join(", ") },
  })
}

/** HEAD is for documents that anybody may read. Anywhere else a GET has effects or credentials, so it is not answered. */
function allowedMethods(handlers: Partial<Record<"GET" | "POST", Handler>>, cors: CorsPolicy | undefined): Method[] {
  const methods = Object.keys(handlers) as Method[]
  return handlers.GET && cors === "public" ? [...methods, "HEAD"] : methods
}

function withoutBody(handler: Handler): Handler {
  return async (request) => {
    const { status, headers } = await handler(request)
    return new Response(null, { status, headers })
  }
}

function errorResponse(request: Request, method: Method, caught: unknown): Response {
  const error = toOAuthError(caught)
  logRefusal(request, method, error)
  return Response.json(error, { status: error.status, headers: error.headers })
}

/** The path alone is logged: a query may hold a state token, or by mistake a secret. */
export function logRefusal(request: Request, method: string, error: OAuthError): void {
  // Next's router asks ahead at every sign-in, and is always refused.
  const level = error.reason === "prefetch_refused" ? "debug" : error.status >= 500 ? "error" : "warn"
  const { pathname: path } = new URL(request.url)
  log()[level]({ event: "refused", method, path, status: error.status, error: error.code, reason: error.reason })
}

/** An answer is never lost for the sake of its CORS headers: without them a page of another origin cannot read it. */
async function addHeaders(response: Response, make: () => Promise<Record<string, string>>): Promise<void> {
  try {
    for (const [name, value] of Object.entries(await make())) response.headers.set(name, value)
  } catch (error) {
    toOAuthError(error)
  }
}
