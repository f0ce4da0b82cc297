import type { Client } from "@/lib/data/clients"
import { findSession, revokeSession, type Session } from "@/lib/data/sessions"
import { verifyJwt } from "@/lib/keys/jwt"
import { parseSessionToken } from "@/lib/protocol/session-token"
import { findStanding } from "@/lib/refresh/refresh-token"

/**
 * POST /revoke, RFC 7009: ends the Session of an access or refresh token, and with it every token of the family.
 * A token that is unknown, or another client's, changes nothing and is answered alike: "invalid tokens do not cause an
 * error response" (section 2.2), and nobody learns whose token it is.
 */
export async function revokeToken(client: Client, token: string): Promise<void> {
  const session = parseSessionToken(token)
    ? await findSessionOfRefreshToken(token)
    : await findSessionOfAccessToken(token)
  // RFC 7009 section 2.1: the server "verifies whether the token was issued to the client making the revocation request."
  if (session?.clientId !== client.clientId) return
  if (parseSessionToken(token) && findStanding(token, session) === "forged") return
  await revokeSession(session.id, "revoked_by_client", new Date())
}

async function findSessionOfRefreshToken(token: string): Promise<Session | null> {
  const parsed = parseSessionToken(token)
  return parsed && findSession(parsed.sessionId)
}

/** An expired access token still names its Session, and whoever holds one may want that Session ended. */
async function findSessionOfAccessToken(token: string): Promise<Session | null> {
  const claims = await verifyJwt(token, { alg: ["ES256"], typ: "at+jwt", ignoreExpiry: true })
  return typeof claims?.sid === "string" ? findSession(claims.sid) : null
}
