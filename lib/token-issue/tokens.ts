import { hash } from "node:crypto"
import { config } from "@/lib/config"
import type { Client } from "@/lib/data/clients"
import type { Session } from "@/lib/data/sessions"
import type { User } from "@/lib/data/users"
import { describeJwt, type Facts, fingerprint } from "@/lib/flows/facts"
import { signJwt } from "@/lib/keys/jwt"
import { generateId } from "@/lib/protocol/random"
import { userClaims } from "./user-claims"

/** A token response, RFC 6749 section 5.1. */
export type TokenResponse = {
  access_token: string
  token_type: "Bearer"
  /** Seconds. */
  expires_in: number
  refresh_token?: string
  scope: string
  id_token?: string
}

/** A token response without its tokens. */
export function describeTokens({ access_token, refresh_token, id_token, ...open }: TokenResponse): Facts {
  return {
    ...open,
    access_token: describeJwt(access_token),
    ...(refresh_token && { refresh_token: fingerprint(refresh_token) }),
    ...(id_token && { id_token: describeJwt(id_token) }),
  }
}

/** What an access token is for: the Session's scope and resources, or less. */
export type AccessTokenFacts = {
  session: Pick<Session, "id" | "userId" | "clientId" | "authTime" | "expiresAt">
  scope: string[]
  resource: string[]
}

const seconds = (date: Date) => Math.floor(date.getTime() / 1000)

/** Issues an access token in the JWT profile, RFC 9068. It never outlives its Session. @returns the token and its life in seconds */
export async function issueAccessToken(
  facts: AccessTokenFacts,
  now: Date,
): Promise<{ token: string; expiresIn: number }> {
  const { session, scope, resource } = facts
  const { issuer, ACCESS_TOKEN_SECONDS } = config()
  const iat = seconds(now)
  const exp = Math.min(iat + ACCESS_TOKEN_SECONDS, seconds(session.expiresAt))
  const token = await signJwt("ES256", "at+jwt", {
    iss: issuer,
    sub: session.userId,
    // RFC 9068 section 3: without a resource indicator the audience is a default of the server's.
    aud: resource.length > 1 ? resource : (resource[0] ?? issuer),
    client_id: session.clientId,
    scope: scope.join(" "),
    sid: session.id,
    auth_time: seconds(session.authTime),
    jti: generateId(),
    iat,
    exp,
  })
  return { token, expiresIn: exp - iat }
}

/**
 * Issues an ID token, OpenID Connect Core 1.0 section 2 and 3.1.3.3.
 * @param nonce the nonce of the authorization request, null when it had none
 */
export async function issueIdToken(
  facts: { client: Client; session: Session; user: User; accessToken: string; nonce: string | null },
  now: Date,
): Promise<string> {
  const { client, session, user, accessToken, nonce } = facts
  const { issuer, ID_TOKEN_SECONDS } = config()
  const iat = seconds(now)
  return signJwt(client.idTokenSignedResponseAlg, "JWT", {
    iss: issuer,
    aud: client.clientId,
    iat,
    exp: iat + ID_TOKEN_SECONDS,
    auth_time: seconds(session.authTime),
    // OpenID Connect Core 1.0 section 2: "If present in the Authentication Request, Authorization Servers MUST include
    // a nonce Claim in the ID Token".
    ...(nonce !== null && { nonce }),
    at_hash: computeAtHash(accessToken),
    sid: session.id,
    ...userClaims(user, session.scope),
  })
}

/** OpenID Connect Core 1.0 section 3.1.3.6: the left half of the hash of the access token. Both algorithms use SHA-256. */
export function computeAtHash(accessToken: string): string {
  return hash("sha256", accessToken, "buffer").subarray(0, 16).toString("base64url")
}
