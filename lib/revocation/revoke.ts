import { currentTime } from "@/lib/clock"
import type { Client } from "@/lib/data/clients"
import { findSession, revokeSession, type Session } from "@/lib/data/sessions"
import { fingerprint } from "@/lib/flows/facts"
import type { Flow } from "@/lib/flows/flow"
import { inspectJwt } from "@/lib/keys/jwt"
import type { Reason } from "@/lib/protocol/errors"
import { parseRefreshToken } from "@/lib/protocol/session-token"
import { findStanding } from "@/lib/sessions/refresh-token"

/**
 * POST /revoke, RFC 7009: ends the Session of an access or refresh token, and with it every token of the family.
 * A token that is unknown, or another client's, changes nothing and is answered alike: "invalid tokens do not cause an
 * error response" (section 2.2), and the answer does not reveal whose token it is.
 */
export async function revokeToken(client: Client, token: string, flow: Flow): Promise<void> {
  const refreshToken = parseRefreshToken(token)
  flow.step("revocation.retrieves_session", () => ({ token: fingerprint(token) }))
  const { session, problem } = refreshToken
    ? { session: await findSession(refreshToken.sessionId), problem: "refresh_token_unknown" as const }
    : await findSessionOfAccessToken(token)
  flow.step("revocation.validates_token")
  const ignore = (reason: Reason) => flow.fail({ reason })
  if (!session) return ignore(problem)
  // RFC 7009 section 2.1: the server "verifies whether the token was issued to the client making the revocation request."
  if (session.clientId !== client.clientId) return ignore("token_of_another_client")
  if (refreshToken && findStanding(token, session) === "forged") return ignore("refresh_token_unknown")
  flow.join(session.id)
  flow.concerns(session)
  flow.step("revocation.destroys_session", () => ({ sid: session.id }))
  await revokeSession(session, "revoked_by_client", currentTime(), flow.clientSource)
}

/** An expired access token is accepted, because the client may want to end its Session. @returns the reason when it names no Session */
async function findSessionOfAccessToken(token: string): Promise<{ session: Session | null; problem: Reason }> {
  const { claims, problem } = await inspectJwt(token, { alg: ["ES256"], typ: "at+jwt" })
  if (typeof claims?.sid === "string")
    return { session: await findSession(claims.sid), problem: "access_token_revoked" }
  return { session: null, problem: `access_token_${problem === "foreign" ? "foreign" : "malformed"}` }
}
