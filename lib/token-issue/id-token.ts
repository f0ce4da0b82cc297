import { hash } from "node:crypto"
import { config } from "@/lib/config"
import type { Client } from "@/lib/data/clients"
import type { Session } from "@/lib/data/sessions"
import type { User } from "@/lib/data/users"
import { signJwt } from "@/lib/keys/jwt"
import { acrOf } from "@/lib/protocol/acr"
import { readClaimsRequest, userClaims } from "@/lib/sessions/user-claims"

/**
 * Issues an ID token, OpenID Connect Core 1.0 section 2 and 3.1.3.3.
 * @param nonce the nonce of the authorization request, null when it had none
 */
export async function issueIdToken(
  facts: { client: Client; session: Session; user: User; accessToken: string; nonce: string | null },
  now: Date,
): Promise<string> {
  const { client, session, user, accessToken, nonce } = facts
  const requested = readClaimsRequest(session.claims, "id_token")
  const { issuer, ID_TOKEN_SECONDS } = config()
  const amr = session.amr.split(" ")
  const iat = Math.floor(now.getTime() / 1000)
  return signJwt(client.idTokenSignedResponseAlg, "JWT", {
    iss: issuer,
    aud: client.clientId,
    iat,
    exp: iat + ID_TOKEN_SECONDS,
    auth_time: Math.floor(session.authTime.getTime() / 1000),
    // OpenID Connect Core 1.0 section 2: "If present in the Authentication Request, Authorization Servers MUST include
    // a nonce Claim in the ID Token".
    ...(nonce !== null && { nonce }),
    at_hash: computeAtHash(accessToken),
    sid: session.id,
    acr: acrOf(amr),
    // RFC 8176 section 2.
    amr,
    ...userClaims(user, client.idTokenScopeClaims ? session.scope : [], requested),
  })
}

/** OpenID Connect Core 1.0 section 3.1.3.6: the left half of the hash of the access token. Both algorithms use SHA-256. */
export function computeAtHash(accessToken: string): string {
  return hash("sha256", accessToken, "buffer").subarray(0, 16).toString("base64url")
}
