import { config } from "@/lib/config"
import type { Session } from "@/lib/data/sessions"
import { signJwt } from "@/lib/keys/jwt"
import { generateId } from "@/lib/protocol/random"

/** What an access token is for: the Session's scope and resources, or less. */
export type AccessTokenFacts = {
  session: Pick<Session, "id" | "userId" | "clientId" | "authTime" | "expiresAt">
  scope: string[]
  resource: string[]
  /** The thumbprint of the key that the token is bound to; null for a bearer token. */
  dpopJkt?: string | null
  /** The client that acts for the User with a token of another client, RFC 8693 section 4.1. */
  actor?: string
}

const seconds = (date: Date) => Math.floor(date.getTime() / 1000)

/** Issues an access token in the JWT profile, RFC 9068. It never outlives its Session. @returns the token and its life in seconds */
export async function issueAccessToken(
  facts: AccessTokenFacts,
  now: Date,
): Promise<{ token: string; expiresIn: number }> {
  const { session, scope, resource, dpopJkt = null, actor } = facts
  const { issuer, ACCESS_TOKEN_SECONDS } = config()
  const iat = seconds(now)
  const exp = Math.min(iat + ACCESS_TOKEN_SECONDS, seconds(session.expiresAt))
  const token = await signJwt("ES256", "at+jwt", {
    iss: issuer,
    // RFC 9068 section 2.2: without a resource owner, the sub "SHOULD correspond to an identifier the authorization server
    // uses to indicate the client application".
    sub: session.userId ?? session.clientId,
    // RFC 9068 section 3: without a resource indicator the audience is a default of the server's.
    aud: resource.length > 1 ? resource : (resource[0] ?? issuer),
    client_id: session.clientId,
    scope: scope.length > 0 ? scope.join(" ") : undefined,
    sid: session.id,
    auth_time: session.userId !== null ? seconds(session.authTime) : undefined,
    // RFC 9449 section 6.1.
    cnf: dpopJkt !== null ? { jkt: dpopJkt } : undefined,
    act: actor !== undefined ? { sub: actor } : undefined,
    jti: generateId(),
    iat,
    exp,
  })
  return { token, expiresIn: exp - iat }
}
