import { type JWTPayload, jwtVerify, SignJWT } from "jose"
import { config } from "@/lib/config"
import type { SigningAlg } from "@/lib/data/signing-keys"
import { findActiveKey, findVerificationKey } from "./signing-keys"

/**
 * Signs a JWT with the active key.
 * @param typ the media type of the JWT, which keeps one kind from being taken for another (RFC 8725 section 3.11)
 */
export async function signJwt(alg: SigningAlg, typ: "at+jwt" | "JWT", claims: JWTPayload): Promise<string> {
  const { kid, privateKey } = await findActiveKey(alg)
  return new SignJWT(claims).setProtectedHeader({ alg, typ, kid }).sign(privateKey)
}

/**
 * Verifies a JWT that this server signed: algorithm, key, type, issuer. Time is checked unless `ignoreExpiry`.
 * @returns the claims, or null when it is not one of ours
 */
export async function verifyJwt(
  jwt: string,
  { alg, typ, ignoreExpiry = false }: { alg: SigningAlg[]; typ: "at+jwt" | "JWT"; ignoreExpiry?: boolean },
): Promise<JWTPayload | null> {
  try {
    const { payload } = await jwtVerify(
      jwt,
      async (header) => {
        const key = header.kid ? await findVerificationKey(header.kid, header.alg as SigningAlg) : null
        if (!key) throw new UnknownKeyError()
        return key
      },
      {
        algorithms: alg,
        typ,
        issuer: config().issuer,
        // A far past makes every expiry lie in the future.
        ...(ignoreExpiry && { currentDate: new Date(0) }),
      },
    )
    return payload
  } catch (error) {
    if (
      error instanceof UnknownKeyError ||
      (error instanceof Error && "code" in error && String(error.code).startsWith("ERR_J"))
    )
      return null
    throw error
  }
}

class UnknownKeyError extends Error {}
