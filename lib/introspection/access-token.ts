import type { JWTPayload } from "jose"
import { findSessionWithUser, type Session } from "@/lib/data/sessions"
import type { User } from "@/lib/data/users"
import type { Flow } from "@/lib/flows/flow"
import { verifyJwt } from "@/lib/keys/jwt"
import { describeLifetime, isAlive } from "@/lib/sessions/lifetimes"

/** An access token of ours: its claims, its Session and its User, and whether it counts. */
export type AccessToken = {
  claims: JWTPayload & { client_id: string; scope: string }
  session: Session
  user: User
  active: boolean
}

/**
 * Finds what an access token stands for. The signature says who made it; whether it is active is decided from the
 * Session's row, never from the JWT alone.
 * @returns null when it is not one of ours, or has expired, or its Session is gone
 */
export async function findAccessToken(accessToken: string, now: Date, flow: Flow): Promise<AccessToken | null> {
  const claims = await verifyJwt(accessToken, { alg: ["ES256"], typ: "at+jwt" })
  if (typeof claims?.sid !== "string") {
    flow.step("introspection.validates_token")
    return null
  }
  flow.step("introspection.retrieves_session", () => ({ sid: String(claims.sid) }))
  const session = await findSessionWithUser(claims.sid)
  flow.step("introspection.validates_token")
  if (!session) return null
  flow.note(() => describeLifetime(session))
  const active = isAlive(session, now) && session.user.disabledAt === null
  return { claims: claims as AccessToken["claims"], session, user: session.user, active }
}
