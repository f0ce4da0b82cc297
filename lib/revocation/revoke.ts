import type { Client } from "@/lib/data/clients"
import { findSession, revokeSession, type Session } from "@/lib/data/sessions"
import { fingerprint } from "@/lib/flows/facts"
import type { Flow } from "@/lib/flows/flow"
import { verifyJwt } from "@/lib/keys/jwt"
import type { Reason } from "@/lib/protocol/errors"
import { parseSessionToken } from "@/lib/protocol/session-token"
import { findStanding } from "@/lib/sessions/refresh-token"

/**
 * POST /revoke, RFC 7009: ends the Session of an access or refresh token, and with it every token of the family.
 * A token that is unknown, or another client's, changes nothing and is answered alike: "invalid tokens do not cause an
 * error response" (section 2.2), and nobody learns whose token it is.
 */
export async function revokeToken(client: Client, token: string, flow: Flow): Promise<void> {
  const refreshToken = parseSessionToken(token)
  flow.step("revocation.retrieves_session", () => ({ token: fingerprint(token) }))
  const session = refreshToken ? await findSession(refreshToken.sessionId) : await findSessionOfAccessToken(token)
  flow.step("revocation.validates_token")
  const ignore = (reason: Reason) => flow.fail({ reason })
  if (!session) return ignore(refreshToken ? "refresh_token_unknown" : "access_token_invalid")
  // RFC 7009 section 2.1: the server "verifies whether the token was issued to the client making the revocation request."
  if (session.clientId !== client.clientId) return ignore("token_of_another_client")
  if (refreshToken && findStanding(token, session) === "forged") return ignore("refresh_token_unknown")
  flow.join(session.id)
  flow.concerns(session)
  flow.step("revocation.destroys_session", () => ({ sid: session.id }))
  await revokeSession(session.id, "revoked_by_client", new Date())
}

/** An expired access token still names its Session, and whoever holds one may want that Session ended. */
async function findSessionOfAccessToken(token: string): Promise<Session | null> {
  const claims = await verifyJwt(token, { alg: ["ES256"], typ: "at+jwt", ignoreExpiry: true })
  return typeof claims?.sid === "string" ? findSession(claims.sid) : null
}
