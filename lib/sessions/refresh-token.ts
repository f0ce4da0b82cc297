import { createHmac, timingSafeEqual } from "node:crypto"
import type { Session } from "@/lib/data/sessions"
import { generateToken, hashToken } from "@/lib/protocol/random"
import { parseRefreshToken } from "@/lib/protocol/session-token"
import { deriveKey, deriveKeys } from "@/lib/secret"

/** The first refresh token of a Session. */
export function generateRefreshToken(sessionId: string): string {
  return addTag(`${sessionId}.0.${generateToken()}`)
}

/**
 * The refresh token that follows this one. It is derived, not drawn, so that presenting the same token gives the same next
 * one; a client that lost an answer can retry, and only two hashes are stored. See docs/decisions/003.
 * @param session as it was read
 * @param rotation its number: how many rotations the Session has had with it
 */
export function deriveNextRefreshToken(
  refreshToken: string,
  { id, refreshTokenHash }: Pick<Session, "id" | "refreshTokenHash">,
  rotation: number,
): string {
  const [newest, ...older] = deriveKeys("refresh-token").map((key, i) => {
    const secret = createHmac("sha256", key).update(refreshToken).digest("base64url")
    // Version 0.1 may have rotated this token, and its client retries across the upgrade: the stored one has no tag.
    const untagged = `${id}.${secret}`
    if (parseRefreshToken(refreshToken)?.tag === "" && hashToken(untagged) === refreshTokenHash) return untagged
    return addTag(`${id}.${rotation}.${secret}`, deriveKeys("refresh-token-tag")[i])
  })
  // The token may have been rotated with an older secret, and its client retries.
  return older.find((next) => hashToken(next) === refreshTokenHash) ?? newest ?? ""
}

const addTag = (tagged: string, key = deriveKey("refresh-token-tag")) => `${tagged}.${computeTag(tagged, key)}`

/** Shows that this server made the token. 128 bits, so that no one finds one by trying. */
const computeTag = (tagged: string, key: Uint8Array) =>
  createHmac("sha256", key).update(tagged).digest().subarray(0, 16).toString("base64url")

/** What a presented refresh token is to its Session. */
export type RefreshTokenStanding = "current" | "previous" | "replayed" | "forged"

/**
 * Distinguishes an old refresh token of this family from a forged one, with one HMAC, however old it is. A forged token must not
 * be able to end a Session, because the Session's id is in every access token.
 */
export function findStanding(refreshToken: string, session: Session): RefreshTokenStanding {
  const presented = hashToken(refreshToken)
  if (presented === session.refreshTokenHash) return "current"
  if (presented === session.previousRefreshTokenHash) return "previous"
  const parsed = parseRefreshToken(refreshToken)
  return parsed && parsed.rotation < session.rotations && isTag(parsed.tag, parsed.tagged) ? "replayed" : "forged"
}

function isTag(tag: string, tagged: string): boolean {
  const presented = Buffer.from(tag)
  return deriveKeys("refresh-token-tag").some((key) => {
    const right = Buffer.from(computeTag(tagged, key))
    return presented.length === right.length && timingSafeEqual(presented, right)
  })
}
