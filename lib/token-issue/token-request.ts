import { OAuthError } from "@/lib/protocol/errors"
import type { Parameters } from "@/lib/protocol/parameters"

/** A token request for the authorization code grant, RFC 6749 section 4.1.3 and RFC 7636 section 4.5. */
export type TokenRequest = {
  code: string
  redirectUri: string | undefined
  codeVerifier: string | undefined
  resource: string[]
}

/** @throws OAuthError invalid_request */
export function parseTokenRequest(form: Parameters): TokenRequest {
  return {
    code: form.require("code"),
    redirectUri: form.get("redirect_uri"),
    codeVerifier: form.get("code_verifier"),
    resource: form.getAll("resource"),
  }
}

const grantTypes = ["authorization_code", "refresh_token"] as const
export type SupportedGrantType = (typeof grantTypes)[number]

/** @throws OAuthError unsupported_grant_type, RFC 6749 section 5.2 */
export function parseGrantType(form: Parameters): SupportedGrantType {
  const grantType = form.require("grant_type")
  const known = grantTypes.find((supported) => supported === grantType)
  if (!known) {
    throw new OAuthError(
      "unsupported_grant_type",
      `The grant_type is not supported. Use ${grantTypes.join(" or ")}.`,
      "parameter_unsupported",
    )
  }
  return known
}
