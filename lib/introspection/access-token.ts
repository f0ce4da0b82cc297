import type { JWTPayload } from "jose"
import { findSessionWithUser, isAlive, type Session } from "@/lib/data/sessions"
import type { User } from "@/lib/data/users"
import { verifyJwt } from "@/lib/keys/jwt"

/** An access token that counts: its claims, its Session and its User. */
export type ActiveAccessToken = {
  claims: JWTPayload & { client_id: string; scope: string }
  session: Session
  user: User
}

/**
 * Finds what an access token stands for. The signature says who made it; whether it is active is decided from the
 * Session's row, never from the JWT alone.
 * @returns null when it is not one of ours, has expired, or its Session has ended
 */
export async function findActiveAccessToken(accessToken: string, now: Date): Promise<ActiveAccessToken | null> {
  const claims = await verifyJwt(accessToken, { alg: ["ES256"], typ: "at+jwt" })
  if (typeof claims?.sid !== "string") return null
  const session = await findSessionWithUser(claims.sid)
  if (!session || !isAlive(session, now) || session.user.disabledAt !== null) return null
  return { claims: claims as ActiveAccessToken["claims"], session, user: session.user }
}
