import { createHmac } from "node:crypto"
import type { Session } from "@/lib/data/sessions"
import { hashToken } from "@/lib/protocol/random"
import { deriveKey } from "@/lib/secret"

/** A refresh token on the wire: `<session id>.<256 bits>`, both base64url. */
const syntax = /^([A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{43})$/

/** How far back, in rotations, an old refresh token is still told from a made-up one. A step costs some microseconds. */
const maxStepsBack = 5_000

export function formatRefreshToken(sessionId: string, secret: string): string {
  return `${sessionId}.${secret}`
}

/** The Session that a refresh token names, or null when it is no refresh token at all. */
export function parseRefreshToken(refreshToken: string): { sessionId: string } | null {
  const sessionId = syntax.exec(refreshToken)?.[1]
  return sessionId === undefined ? null : { sessionId }
}

/**
 * The refresh token that follows this one. It is derived, not drawn, so that whoever presents the same token gets the
 * same next one; a client that lost an answer can ask again, and nothing but two hashes is stored. See docs/decisions/003.
 */
export function deriveNextRefreshToken(refreshToken: string): string {
  return nextOf(refreshToken, deriveKey("refresh-token"))
}

function nextOf(refreshToken: string, key: Uint8Array): string {
  const { sessionId } = parseRefreshToken(refreshToken) as { sessionId: string }
  return formatRefreshToken(sessionId, createHmac("sha256", key).update(refreshToken).digest("base64url"))
}

/** What a presented refresh token is to its Session. */
export type RefreshTokenStanding = "current" | "previous" | "replayed" | "forged"

/**
 * Tells an old refresh token of this family from one that somebody made up: followed along the chain, the old one
 * arrives at the current one. A made-up one must not be able to end a Session, since its id stands in every access token.
 */
export function findStanding(refreshToken: string, session: Session): RefreshTokenStanding {
  const presented = hashToken(refreshToken)
  if (presented === session.refreshTokenHash) return "current"
  if (presented === session.previousRefreshTokenHash) return "previous"
  const key = deriveKey("refresh-token")
  const steps = Math.min(session.rotations, maxStepsBack)
  for (let step = 0, token = refreshToken; step < steps; step++) {
    token = nextOf(token, key)
    if (hashToken(token) === session.refreshTokenHash) return "replayed"
  }
  return "forged"
}
