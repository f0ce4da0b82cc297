import { config } from "@/lib/config"
import type { OAuthError } from "@/lib/protocol/errors"
import { addQuery } from "@/lib/protocol/redirect-uri"
import type { ResponseMode, ReturnAddress } from "./redirectable-error"

/** What the browser takes to the client's redirect URI. */
export type AuthorizationResponse = {
  redirectUri: string
  responseMode: ResponseMode
  parameters: Record<string, string>
}

/** The response with the code. RFC 6749 section 4.1.2, with `iss` of RFC 9207 section 2. */
export function codeResponse(code: string, address: ReturnAddress): AuthorizationResponse {
  return response({ code }, address)
}

/** The response with an error. RFC 6749 section 4.1.2.1. */
export function errorResponse(error: OAuthError, address: ReturnAddress): AuthorizationResponse {
  return response({ error: error.code, error_description: error.description }, address)
}

function response(
  parameters: Record<string, string>,
  { redirectUri, state, responseMode }: ReturnAddress,
): AuthorizationResponse {
  return {
    redirectUri,
    responseMode,
    parameters: { ...parameters, ...(state !== null && { state }), iss: config().issuer },
  }
}

/** The response as a URI. */
export function responseUri({ redirectUri, parameters }: AuthorizationResponse): string {
  return addQuery(redirectUri, parameters)
}
