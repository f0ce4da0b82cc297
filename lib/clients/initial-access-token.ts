import { EncryptJWT } from "jose"
import { secondsFromNow } from "@/lib/clock"
import { consumeJwt } from "@/lib/data/used-jwts"
import { generateId, hashToken } from "@/lib/protocol/random"
import { openSealedJwt } from "@/lib/seal"
import { deriveKey } from "@/lib/secret"

const purpose = "initial-access-token"

/** A verified initial access token. */
export type InitialAccessToken = { jti: string; expiresAt: Date; reusable: boolean }

/**
 * Makes an initial access token, with which a client can register itself (RFC 7591 section 3). Nothing is stored until it is
 * used.
 * @param options.seconds how long it is valid
 * @param options.reusable whether it registers any number of clients in that time
 */
export function issueInitialAccessToken(options: { seconds: number; reusable: boolean }): Promise<string> {
  return new EncryptJWT({ reusable: options.reusable })
    .setProtectedHeader({ alg: "dir", enc: "A256GCM" })
    .setAudience(purpose)
    .setJti(generateId())
    .setExpirationTime(secondsFromNow(options.seconds))
    .encrypt(deriveKey(purpose))
}

/** @returns null when it has expired, was altered or is another kind of token */
export async function findInitialAccessToken(token: string): Promise<InitialAccessToken | null> {
  const claims = await openSealedJwt(purpose, token, { audience: purpose, requiredClaims: ["jti", "exp"] })
  if (!claims) return null
  const { jti, exp, reusable } = claims
  return { jti: String(jti), expiresAt: new Date(Number(exp) * 1000), reusable: reusable === true }
}

/** Uses the token up. @returns false when another client was registered with it */
export async function consumeInitialAccessToken({ jti, expiresAt, reusable }: InitialAccessToken): Promise<boolean> {
  return reusable || consumeJwt(hashToken(`${purpose} ${jti}`), expiresAt)
}
