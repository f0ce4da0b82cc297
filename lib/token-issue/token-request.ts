import { grantTypes } from "@/lib/clients/grant-types"
import type { GrantType } from "@/lib/data/clients"
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

/** The grant type of a token request, null when it is not supported. */
export function findGrantType(form: Parameters): GrantType | null {
  const grantType = form.get("grant_type")
  return grantTypes.find((supported) => supported === grantType) ?? null
}

/** @throws OAuthError unsupported_grant_type, RFC 6749 section 5.2 */
export function parseGrantType(form: Parameters): GrantType {
  form.require("grant_type")
  const known = findGrantType(form)
  if (!known) {
    throw new OAuthError(
      "unsupported_grant_type",
      `The grant_type is not supported. Use one of: ${grantTypes.join(" ")}.`,
      "parameter_unsupported",
    )
  }
  return known
}
