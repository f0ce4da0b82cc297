import { OAuthError } from "@/lib/protocol/errors"
import type { EndpointRequest } from "./exchange"
import { isForm, readForm } from "./form"

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

/**
 * Reads the access token of the Authorization header, or of the form: RFC 6750 section 2.2, OpenID Connect Core 1.0 section
 * 5.3.1.
 * @throws OAuthError
 */
export async function readBearerOrFormToken(request: EndpointRequest): Promise<string> {
  const token = isForm(request) ? (await readForm(request)).get("access_token") : undefined
  if (token === undefined) return readBearerToken(request)
  // RFC 6750 section 2: "Clients MUST NOT use more than one method to transmit the token in each request."
  if (request.header("authorization") !== null) {
    throw OAuthError.bearer(
      "invalid_request",
      "The request has an access token in its header and in its form. Send one of them.",
      "parameter_repeated",
    )
  }
  return token
}
