import { createHmac } from "node:crypto"
import type { Session } from "@/lib/data/sessions"
import { hashToken } from "@/lib/protocol/random"
import { formatSessionToken, parseSessionToken } from "@/lib/protocol/session-token"
import { deriveKey } from "@/lib/secret"

/** How far back, in rotations, an old refresh token is still told from a made-up one. A step costs some microseconds. */
const maxStepsBack = 5_000

/**
 * The refresh token that follows this one. It is derived, not drawn, so that whoever presents the same token gets the
 * same next one; a client that lost an answer can ask again, and nothing but two hashes is stored. See docs/decisions/003.
 */
export function deriveNextRefreshToken(refreshToken: string): string {
  return nextOf(refreshToken, deriveKey("refresh-token"))
}

function nextOf(refreshToken: string, key: Uint8Array): string {
  const { sessionId } = parseSessionToken(refreshToken) as { sessionId: string }
  return formatSessionToken(sessionId, createHmac("sha256", key).update(refreshToken).digest("base64url"))
}

/** What a presented refresh token is to its Session. */
export type RefreshTokenStanding = "current" | "previous" | "replayed" | "forged"

/**
 * Tells an old refresh token of this family from one that somebody made up: followed along the chain, the old one
 * arrives at the current one. A made-up one must not be able to end a Session, since its id stands in every access token.
 * @param alive whether the Session is: of one that has ended nobody need know how old a token is, and old ones count as forged
 */
export function findStanding(refreshToken: string, session: Session, alive = true): RefreshTokenStanding {
  const presented = hashToken(refreshToken)
  if (presented === session.refreshTokenHash) return "current"
  if (presented === session.previousRefreshTokenHash) return "previous"
  const key = deriveKey("refresh-token")
  const steps = alive ? Math.min(session.rotations, maxStepsBack) : 0
  for (let step = 0, token = refreshToken; step < steps; step++) {
    token = nextOf(token, key)
    if (hashToken(token) === session.refreshTokenHash) return "replayed"
  }
  return "forged"
}
