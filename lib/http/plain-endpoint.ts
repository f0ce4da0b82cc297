import { type Endpoint, endpoint, methodNotAllowed } from "./endpoint"
import type { Handler } from "./exchange"
import { jsonError, securityHeaders } from "./responses"

/** An endpoint for programs of the operator, without a flow: GET and HEAD, and 405 for every other method. */
export function plainEndpoint(handle: Handler): Endpoint {
  const answer: Handler = async (request) => {
    const response = await handle(request)
    return { ...response, headers: { ...securityHeaders(), ...response.headers } }
  }
  const refuse: Handler = async () => jsonError(methodNotAllowed(["GET", "HEAD"]))
  return endpoint((method) => (method === "GET" || method === "HEAD" ? answer : refuse))
}
