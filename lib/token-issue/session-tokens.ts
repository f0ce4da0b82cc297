import { currentTime } from "@/lib/clock"
import type { Client } from "@/lib/data/clients"
import { findSession, revokeSession, type Session, startSession } from "@/lib/data/sessions"
import type { User } from "@/lib/data/users"
import type { StepName } from "@/lib/flows/diagrams"
import { fingerprint } from "@/lib/flows/facts"
import type { Flow } from "@/lib/flows/flow"
import { count } from "@/lib/metrics"
import { OAuthError } from "@/lib/protocol/errors"
import { hashToken } from "@/lib/protocol/random"
import { narrowResources, parseResources } from "@/lib/protocol/resource"
import { issueAccessToken } from "@/lib/sessions/access-token"
import { isSignInValid } from "@/lib/sessions/browser-sessions"
import { checkDpopBinding, consumeDpopProof, type DpopProof } from "@/lib/sessions/dpop"
import { newSessionEnds } from "@/lib/sessions/lifetimes"
import { generateRefreshToken } from "@/lib/sessions/refresh-token"
import { describeTokens, type TokenResponse } from "@/lib/sessions/token-response"
import { issueIdToken } from "./id-token"

/** A code that has been verified: its Session, and what the token request adds. */
type VerifiedCode = {
  client: Client
  session: Session & { user: User }
  resource: string[]
  proof: DpopProof | null
  now: Date
  /** The steps of the grant's diagram. */
  steps: Record<"generates" | "stores" | "returns", StepName>
}

/**
 * Issues the tokens of a Session whose code has been verified. Single use is last, in the one statement that also stores the
 * tokens in the session data, so a request that fails any check leaves the code as it was.
 * @throws OAuthError
 */
export async function startSessionTokens(code: VerifiedCode, flow: Flow): Promise<TokenResponse> {
  const { client, session, proof, now, steps } = code
  const binding = { boundTo: session.dpopJkt, isRequired: client.dpopBoundAccessTokens }
  checkDpopBinding(proof, binding)
  flow.step(steps.generates)
  if (!isSignInValid(session.user, session.authTime)) throw invalidCode("user_disabled")
  const resource = narrowResources(parseResources(code.resource), session.resource)

  const { idleExpiresAt, expiresAt } = newSessionEnds(now)
  const refreshToken = client.grantTypes.includes("refresh_token") ? generateRefreshToken(session.id) : null

  // Signed before the code is consumed: whatever fails here leaves the code as it was.
  const dpopJkt = proof?.jkt ?? null
  const facts = { session: { ...session, expiresAt }, scope: session.scope, resource, dpopJkt }
  const access = await issueAccessToken(facts, now)
  const idToken = session.scope.includes("openid")
    ? await issueIdToken({ client, session, user: session.user, accessToken: access.token, nonce: session.nonce }, now)
    : undefined

  flow.step(steps.stores, () => ({
    sid: session.id,
    refresh_token: refreshToken && fingerprint(refreshToken),
    expires_at: expiresAt.toISOString(),
    idle_expires_at: idleExpiresAt.toISOString(),
  }))
  await consumeDpopProof(proof)
  const started = await startSession(session.id, {
    refreshTokenHash: refreshToken && hashToken(refreshToken),
    dpopJkt,
    startedAt: now,
    idleExpiresAt,
    expiresAt,
  })
  if (!started) {
    // The code was not used when its Session was revoked, or swept, before it could start.
    if (!(await findSession(session.id))?.startedAt) throw invalidCode("session_ended")
    // RFC 6749 section 4.1.2: "If an authorization code is used more than once, the authorization server MUST deny the
    // request and SHOULD revoke (when possible) all tokens previously issued based on that authorization code."
    count("replays", ["code"])
    await revokeSession(session, "code_replayed", currentTime(), flow.clientSource)
    throw invalidCode("code_replayed")
  }
  const response: TokenResponse = {
    access_token: access.token,
    token_type: proof ? "DPoP" : "Bearer",
    expires_in: access.expiresIn,
    ...(refreshToken && { refresh_token: refreshToken }),
    scope: session.scope.join(" "),
    ...(idToken && { id_token: idToken }),
  }
  flow.step(steps.returns, () => describeTokens(response))
  count("tokens_issued", [steps.returns.startsWith("device") ? "device_code" : "authorization_code"])
  return response
}

/** One text for all cases that a caller without the right code must not be able to distinguish. */
export function invalidCode(
  reason:
    | "code_unknown"
    | "code_of_another_client"
    | "code_expired"
    | "code_replayed"
    | "session_ended"
    | "user_disabled",
): OAuthError {
  return OAuthError.invalidGrant(
    "The code is unknown, expired, already used, or belongs to another client. Start a new authorization request.",
    reason,
  )
}
