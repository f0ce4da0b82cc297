import { OAuthError } from "./errors"
import type { Parameters } from "./parameters"

/**
 * Refuses rich authorization requests (RFC 9396 sections 5 and 6), which are not supported: a client must not believe that its
 * details were granted.
 * @throws OAuthError invalid_authorization_details
 */
export function refuseAuthorizationDetails(parameters: Parameters): void {
  if (parameters.get("authorization_details") === undefined) return
  throw new OAuthError(
    "invalid_authorization_details",
    "The parameter authorization_details is not supported. Leave it out.",
    "parameter_unsupported",
  )
}
