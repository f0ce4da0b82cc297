import { OAuthError } from "@/lib/protocol/errors"
import type { EndpointRequest } from "./exchange"

/**
 * Reads the access token of the Authorization header, RFC 6750 section 2.1: the one way that does not put it into a URL.
 * @throws OAuthError
 */
export function readBearerToken(request: EndpointRequest): string {
  if (new URLSearchParams(request.query).has("access_token")) {
    throw OAuthError.bearer(
      "invalid_request",
      "Send the access token in the Authorization header, not in the URL.",
      "parameter_in_query",
    )
  }
  const authorization = request.header("authorization")
  if (authorization === null || !/^Bearer( |$)/i.test(authorization)) throw OAuthError.missingToken()
  const token = /^Bearer +([A-Za-z0-9\-._~+/]+=*)$/i.exec(authorization)?.[1]
  if (token === undefined) {
    throw OAuthError.bearer(
      "invalid_token",
      "The Authorization header must be: Bearer, a space, and the access token.",
      "access_token_malformed",
    )
  }
  return token
}
