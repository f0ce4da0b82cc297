import type { Client, GrantType } from "@/lib/data/clients"
import { OAuthError } from "@/lib/protocol/errors"
import { deviceCodeGrant } from "@/lib/sessions/device-code"

export type { GrantType }

/** The grant type of RFC 8693 section 2.1. */
export const tokenExchangeGrant = "urn:ietf:params:oauth:grant-type:token-exchange"

/** The grant types that a client can be registered for. */
export const grantTypes: readonly GrantType[] = [
  "authorization_code",
  "refresh_token",
  "client_credentials",
  deviceCodeGrant,
  tokenExchangeGrant,
]

/** Those in which no User decides: for confidential clients, and only an operator registers a client for them. */
export const grantTypesWithoutUser: readonly GrantType[] = ["client_credentials", tokenExchangeGrant]

/** @throws OAuthError unauthorized_client, RFC 6749 section 5.2 */
export function requireGrantType(client: Client, grantType: GrantType): void {
  if (client.grantTypes.includes(grantType)) return
  throw new OAuthError(
    "unauthorized_client",
    `The client is not registered for the grant type ${grantType}. Add it with \`client update --grant-type\`.`,
    "grant_type_not_allowed",
  )
}
