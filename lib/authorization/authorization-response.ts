import { config } from "@/lib/config"
import type { OAuthError } from "@/lib/protocol/errors"
import type { ReturnAddress } from "./redirectable-error"

/** The URI that takes the code to the client. RFC 6749 section 4.1.2, with `iss` of RFC 9207 section 2. */
export function codeResponseUri(code: string, address: ReturnAddress): string {
  return responseUri({ code }, address)
}

/** The URI that takes an error to the client. RFC 6749 section 4.1.2.1. */
export function errorResponseUri(error: OAuthError, address: ReturnAddress): string {
  return responseUri({ error: error.code, error_description: error.description }, address)
}

/** The redirect URI keeps every byte that was registered, a query of its own included (OAuth 2.1 section 2.3). */
function responseUri(parameters: Record<string, string>, { redirectUri, state }: ReturnAddress): string {
  const query = new URLSearchParams({ ...parameters, ...(state !== null && { state }), iss: config().issuer })
  const separator = !redirectUri.includes("?") ? "?" : /[?&]$/.test(redirectUri) ? "" : "&"
  return `${redirectUri}${separator}${query}`
}
