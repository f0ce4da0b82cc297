import { findVerifiedClaims } from "@/lib/keys/jwt"
import { OAuthError } from "@/lib/protocol/errors"

/**
 * The User whom an id_token_hint names, OpenID Connect Core 1.0 section 3.1.2.1, null without one. It may have expired.
 * @throws OAuthError invalid_request when it is not an ID token that this server issued to this client
 */
export async function findHintedUser(idTokenHint: string | undefined, clientId: string): Promise<string | null> {
  if (idTokenHint === undefined) return null
  const claims = await findVerifiedClaims(idTokenHint, { alg: ["RS256", "ES256"], typ: "JWT", ignoreExpiry: true })
  if (!claims?.sub || claims.aud !== clientId) {
    throw OAuthError.invalidRequest(
      "The id_token_hint is not an ID token that this server issued to this client. Send one that is, or leave it out.",
      "parameter_invalid",
    )
  }
  return claims.sub
}
