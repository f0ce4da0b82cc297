import { config } from "@/lib/config"
import type { Client } from "@/lib/data/clients"
import { findSession, isAlive, revokeSession, rotateRefreshToken, type Session } from "@/lib/data/sessions"
import { OAuthError } from "@/lib/protocol/errors"
import type { Parameters } from "@/lib/protocol/parameters"
import { hashToken } from "@/lib/protocol/random"
import { narrowResources, parseResources } from "@/lib/protocol/resource"
import { narrowScope } from "@/lib/protocol/scope"
import { parseSessionToken } from "@/lib/protocol/session-token"
import { issueAccessToken, type TokenResponse } from "@/lib/token-issue/tokens"
import { deriveNextRefreshToken, findStanding } from "./refresh-token"

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
export async function refreshTokens(client: Client, request: RefreshRequest): Promise<TokenResponse> {
  const now = new Date()
  if (!client.grantTypes.includes("refresh_token")) {
    throw new OAuthError(
      "unauthorized_client",
      "The client is not registered for the grant type refresh_token.",
      "grant_type_not_allowed",
    )
  }
  const session = await findRefreshableSession(client, request.refreshToken, now)
  // What the operator has taken from the client since, it no longer gets.
  const granted = session.scope.filter((value) => client.scope.includes(value))
  const scope = narrowScope(request.scope, granted)
  const resource = narrowResources(parseResources(request.resource), session.resource)
  const access = await issueAccessToken({ session, scope, resource }, now)
  return {
    access_token: access.token,
    token_type: "Bearer",
    expires_in: access.expiresIn,
    refresh_token: await rotate(session, request.refreshToken, now),
    scope: scope.join(" "),
  }
}

async function findRefreshableSession(client: Client, refreshToken: string, now: Date): Promise<Session> {
  const parsed = parseSessionToken(refreshToken)
  const session = parsed && (await findSession(parsed.sessionId))
  if (!session) throw invalidRefreshToken("refresh_token_unknown")
  // RFC 6749 section 6: "the refresh token is bound to the client to which it was issued"
  if (session.clientId !== client.clientId) throw invalidRefreshToken("refresh_token_of_another_client")
  if (!isAlive(session, now)) throw invalidRefreshToken("session_ended")
  const standing = findStanding(refreshToken, session)
  if (standing === "forged") throw invalidRefreshToken("refresh_token_unknown")
  if (standing === "replayed" || (standing === "previous" && !mayRetry(session, now))) await refuseReplay(session)
  return session
}

/** Whether the previous refresh token may still be presented: its client may have lost the answer. */
function mayRetry({ rotatedAt }: Session, now: Date): boolean {
  const { REFRESH_RETRY_SECONDS } = config()
  // Asked first, because the other request may have rotated a moment after this one began: less than no time ago.
  if (REFRESH_RETRY_SECONDS === 0 || rotatedAt === null) return false
  return now.getTime() - rotatedAt.getTime() < REFRESH_RETRY_SECONDS * 1000
}

/** OAuth 2.1 section 4.3.1: a refresh token used again shows that one of two holders is not the client, so both lose it. */
async function refuseReplay(session: Session): Promise<never> {
  await revokeSession(session.id, "refresh_token_replayed", new Date())
  throw invalidRefreshToken("refresh_token_replayed")
}

/** @returns the next refresh token, which is the same for everybody who presents this one */
async function rotate(session: Session, refreshToken: string, now: Date): Promise<string> {
  const next = deriveNextRefreshToken(refreshToken)
  const facts = { refreshTokenHash: hashToken(next), rotatedAt: now, idleExpiresAt: nextIdleEnd(session, now) }
  if (await rotateRefreshToken(session.id, hashToken(refreshToken), facts)) return next

  // Somebody else was first: the same token in a parallel request or an earlier one, or a revocation.
  const current = await findSession(session.id)
  if (!current || !isAlive(current, now)) throw invalidRefreshToken("session_ended")
  if (findStanding(refreshToken, current) !== "previous" || !mayRetry(current, now)) return refuseReplay(current)
  return next
}

/**
 * The idle end moves when it is off by a hundredth of the time that it gives, because to move it, and its place in an
 * index, costs more than the rotation itself.
 * @returns null when it stays
 */
function nextIdleEnd({ idleExpiresAt, expiresAt }: Session, now: Date): Date | null {
  const next = Math.min(now.getTime() + config().SESSION_IDLE_SECONDS * 1000, expiresAt.getTime())
  const step = (next - now.getTime()) / 100
  return Math.abs(next - idleExpiresAt.getTime()) < step ? null : new Date(next)
}

function invalidRefreshToken(
  reason: "refresh_token_unknown" | "refresh_token_of_another_client" | "refresh_token_replayed" | "session_ended",
) {
  return OAuthError.invalidGrant(
    "The refresh token is not valid: it is unknown, expired, revoked, used already, or of another client. Start a new authorization request.",
    reason,
  )
}
