import { requireGrantType } from "@/lib/clients/grant-types"
import { currentTime } from "@/lib/clock"
import { config } from "@/lib/config"
import type { Client } from "@/lib/data/clients"
import { findSession, findSessionWithUser, revokeSession, rotateRefreshToken, type Session } from "@/lib/data/sessions"
import { fingerprint } from "@/lib/flows/facts"
import type { Flow } from "@/lib/flows/flow"
import { count } from "@/lib/metrics"
import { OAuthError } from "@/lib/protocol/errors"
import type { Parameters } from "@/lib/protocol/parameters"
import { hashToken } from "@/lib/protocol/random"
import { narrowResources, parseResources } from "@/lib/protocol/resource"
import { narrowScope } from "@/lib/protocol/scope"
import { parseRefreshToken } from "@/lib/protocol/session-token"
import { issueAccessToken } from "@/lib/sessions/access-token"
import { isSignInValid } from "@/lib/sessions/browser-sessions"
import { checkDpopBinding, consumeDpopProof, type DpopProof } from "@/lib/sessions/dpop"
import { isAlive, nextIdleEnd } from "@/lib/sessions/lifetimes"
import { deriveNextRefreshToken, findStanding } from "@/lib/sessions/refresh-token"
import { describeTokens, type TokenResponse } from "@/lib/sessions/token-response"

/** A refresh request, RFC 6749 section 6. */
export type RefreshRequest = { refreshToken: string; scope: string | undefined; resource: string[] }

/** @throws OAuthError invalid_request */
export function parseRefreshRequest(form: Parameters): RefreshRequest {
  return { refreshToken: form.require("refresh_token"), scope: form.get("scope"), resource: form.getAll("resource") }
}

/**
 * POST /refresh, and grant_type=refresh_token at POST /token: a refresh token in, a new pair out. RFC 6749 section 6,
 * OAuth 2.1 section 4.3. Every check comes before the one statement that rotates; a refused request changes nothing,
 * but for a replay, which ends the Session.
 * @throws OAuthError
 */
export async function refreshTokens(
  client: Client,
  request: RefreshRequest,
  flow: Flow,
  proof: DpopProof | null = null,
): Promise<TokenResponse> {
  const now = currentTime()
  requireGrantType(client, "refresh_token")
  const { session, standing } = await findRefreshableSession(client, request.refreshToken, now, flow)
  // RFC 9449 section 5: refresh tokens of public clients are bound to the key. Those of confidential clients are bound to the
  // client's authentication already, so that it can change its key.
  checkDpopBinding(proof, {
    boundTo: session.dpopJkt,
    isRequired: client.dpopBoundAccessTokens,
    isSameKeyRequired: client.tokenEndpointAuthMethod === "none",
  })
  flow.step("refresh.generates_tokens")
  // What the operator has taken from the client since, it no longer gets.
  const granted = session.scope.filter((value) => client.scope.includes(value))
  const scope = narrowScope(request.scope, granted)
  const resource = narrowResources(parseResources(request.resource), session.resource)
  const access = await issueAccessToken({ session, scope, resource, dpopJkt: proof?.jkt ?? null }, now)
  // An access token that has no time left would be refused wherever it is used.
  if (access.expiresIn <= 0) throw invalidRefreshToken("session_ended")
  const rotation = standing === "current" ? session.rotations + 1 : session.rotations
  const derived = deriveNextRefreshToken(request.refreshToken, session, rotation)
  flow.step("refresh.stores_tokens", () => ({
    sid: session.id,
    previous: fingerprint(request.refreshToken),
    current: fingerprint(derived),
  }))
  await consumeDpopProof(proof)
  const next = await rotate(session, request.refreshToken, derived, now, flow)
  const response: TokenResponse = {
    access_token: access.token,
    token_type: proof ? "DPoP" : "Bearer",
    expires_in: access.expiresIn,
    refresh_token: next,
    scope: scope.join(" "),
  }
  flow.step("refresh.returns_tokens", () => describeTokens(response))
  count("tokens_issued", ["refresh_token"])
  return response
}

async function findRefreshableSession(client: Client, refreshToken: string, now: Date, flow: Flow) {
  flow.step("refresh.retrieves_session", () => ({ refresh_token: fingerprint(refreshToken) }))
  const parsed = parseRefreshToken(refreshToken)
  const session = parsed && (await findSessionWithUser(parsed.sessionId))
  if (!session) throw invalidRefreshToken("refresh_token_unknown")
  // RFC 6749 section 6: "the refresh token is bound to the client to which it was issued"
  if (session.clientId !== client.clientId) throw invalidRefreshToken("refresh_token_of_another_client")
  flow.step("refresh.validates_token")
  const standing = findStanding(refreshToken, session)
  if (standing === "forged") throw invalidRefreshToken("refresh_token_unknown")
  flow.join(session.id)
  flow.concerns(session)
  flow.note(() => ({ standing, rotations: session.rotations }))
  if (!isAlive(session, now)) throw invalidRefreshToken("session_ended")
  if (standing === "replayed" || (standing === "previous" && !mayRetry(session, now))) await refuseReplay(session, flow)
  if (!isSignInValid(session.user, session.authTime)) throw invalidRefreshToken("user_disabled")
  return { session, standing }
}

/** Whether the previous refresh token may still be presented: its client may have lost the answer. */
function mayRetry({ rotatedAt }: Session, now: Date): boolean {
  const { REFRESH_RETRY_SECONDS } = config()
  // Checked first, because the other request may have rotated after this one started, so the time since may be negative.
  if (REFRESH_RETRY_SECONDS === 0 || rotatedAt === null) return false
  return now.getTime() - rotatedAt.getTime() < REFRESH_RETRY_SECONDS * 1000
}

/** OAuth 2.1 section 4.3.1: a refresh token used again shows that one of two holders is not the client, so both lose it. */
async function refuseReplay(session: Session, flow: Flow): Promise<never> {
  count("replays", ["refresh_token"])
  await revokeSession(session, "refresh_token_replayed", currentTime(), flow.clientSource)
  throw invalidRefreshToken("refresh_token_replayed")
}

/** @returns the refresh token that follows, which is the same in each answer to this one */
async function rotate(session: Session, refreshToken: string, next: string, now: Date, flow: Flow): Promise<string> {
  const facts = { refreshTokenHash: hashToken(next), rotatedAt: now, idleExpiresAt: nextIdleEnd(session, now) }
  if (await rotateRefreshToken(session.id, hashToken(refreshToken), facts)) return next

  // Another request was first: a parallel or an earlier one with the same token, or a revocation.
  const current = await findSession(session.id)
  if (!current || !isAlive(current, now)) throw invalidRefreshToken("session_ended")
  const isRetry = findStanding(refreshToken, current) === "previous" && mayRetry(current, now)
  // Another instance may use another of the secrets while SECRET is rotated.
  const stored = deriveNextRefreshToken(refreshToken, current, current.rotations)
  // An answer must not contain a refresh token that is not the stored one.
  if (!isRetry || hashToken(stored) !== current.refreshTokenHash) await refuseReplay(current, flow)
  return stored
}

function invalidRefreshToken(
  reason:
    | "refresh_token_unknown"
    | "refresh_token_of_another_client"
    | "refresh_token_replayed"
    | "session_ended"
    | "user_disabled",
) {
  return OAuthError.invalidGrant(
    "The refresh token is unknown, expired, revoked, already used, or belongs to another client. Start a new authorization request.",
    reason,
  )
}
