import type { JWTPayload } from "jose"
import { findSessionWithUser, type Session } from "@/lib/data/sessions"
import type { User } from "@/lib/data/users"
import type { StepName } from "@/lib/flows/diagrams"
import type { Flow } from "@/lib/flows/flow"
import { inspectJwt } from "@/lib/keys/jwt"
import type { Reason } from "@/lib/protocol/errors"
import { isSignInValid } from "./browser-sessions"
import { describeLifetime, isAlive } from "./lifetimes"

/** An access token of this server: its claims, its Session and its User, who is null for a client that acts for itself. */
export type AccessToken = {
  claims: JWTPayload & { client_id: string; scope?: string; cnf?: { jkt: string } }
  session: Session
  user: User | null
}

/** The steps of the diagram in which a token is looked up. */
export type TokenSteps = Record<"retrieves" | "validates", StepName>

const introspectionSteps: TokenSteps = {
  retrieves: "introspection.retrieves_session",
  validates: "introspection.validates_token",
}

/**
 * Finds the Session of an access token, and whether the token is active. The signature shows who made it; whether it is
 * active is decided from the Session's row, never from the JWT alone.
 * @returns `token` is null when this server did not issue it, or its Session no longer exists; `problem` is why the token
 * is not active, null when it is
 */
export async function findAccessToken(
  accessToken: string,
  now: Date,
  flow: Flow,
  steps = introspectionSteps,
): Promise<{ token: AccessToken; problem: Reason | null } | { token: null; problem: Reason }> {
  const { claims, problem } = await inspectJwt(accessToken, { alg: ["ES256"], typ: "at+jwt" })
  if (claims === null || typeof claims.sid !== "string") {
    flow.step(steps.validates)
    return { token: null, problem: `access_token_${problem === "foreign" ? "foreign" : "malformed"}` }
  }
  const { sid } = claims
  flow.step(steps.retrieves, () => ({ sid }))
  const session = await findSessionWithUser(sid)
  flow.step(steps.validates)
  if (!session) return { token: null, problem: problem ? "access_token_expired" : "access_token_revoked" }
  flow.note(() => describeLifetime(session))
  const token = { claims: claims as AccessToken["claims"], session, user: session.user }
  const isRevoked = session.revokedAt !== null || !isSignInValid(session.user, session.authTime)
  if (isRevoked) return { token, problem: "access_token_revoked" }
  // Before the token's own expiry: a refresh does not help once the Session has ended.
  if (!isAlive(session, now)) return { token, problem: "session_expired" }
  return { token, problem: problem && "access_token_expired" }
}

export const scopeOf = ({ claims }: AccessToken) => (claims.scope ?? "").split(" ").filter(Boolean)

export const audienceOf = ({ claims }: AccessToken) => [claims.aud ?? []].flat()
