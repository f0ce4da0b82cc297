import { createHmac, timingSafeEqual } from "node:crypto"
import { calculateJwkThumbprint, EmbeddedJWK, errors, type JWTPayload, jwtVerify } from "jose"
import { currentTime } from "@/lib/clock"
import { config } from "@/lib/config"
import { consumeJwt } from "@/lib/data/used-jwts"
import { dpopAlgs } from "@/lib/protocol/dpop"
import { OAuthError } from "@/lib/protocol/errors"
import { isJwtError } from "@/lib/protocol/jwt-error"
import { hashToken } from "@/lib/protocol/random"
import { deriveKey, deriveKeys } from "@/lib/secret"

/** A verified DPoP proof. `jkt` is the thumbprint of its key, `id` what makes it single-use. */
export type DpopProof = { jkt: string; id: string }

/** In characters. */
const maxLength = 4_096

/** How far the iat of a proof without a nonce may be from now, in seconds. */
const maxSkewSeconds = 60

/** A nonce is valid in the period that it was made in, and in the next one. In seconds. */
const nonceSeconds = 60

/** How long the ID of a proof is kept, in seconds: longer than any proof is valid. */
const keptSeconds = 300

/** The nonce to send to clients now, RFC 9449 section 8. Every instance makes the same one, and none is stored. */
export function currentDpopNonce(): string {
  return makeNonce(currentPeriod(), deriveKey("dpop-nonce"))
}

const currentPeriod = () => Math.floor(currentTime().getTime() / 1000 / nonceSeconds)

const makeNonce = (period: number, key: Uint8Array) =>
  createHmac("sha256", key).update(String(period)).digest("base64url")

/** The clock of the instance that made the nonce may be ahead. */
function isValidNonce(nonce: string): boolean {
  const now = currentPeriod()
  const presented = Buffer.from(nonce)
  return deriveKeys("dpop-nonce").some((key) =>
    [now, now - 1, now + 1].some((period) => {
      const right = Buffer.from(makeNonce(period, key))
      return presented.length === right.length && timingSafeEqual(presented, right)
    }),
  )
}

/**
 * Verifies a DPoP proof, RFC 9449 section 4.3. `consumeDpopProof` then uses it up.
 * @param request.path of this server
 * @param request.accessToken the token that the proof is sent with, at a protected resource
 * @throws OAuthError invalid_dpop_proof, use_dpop_nonce
 */
export async function verifyDpopProof(
  proof: string,
  { method, path, accessToken }: { method: string; path: string; accessToken?: string },
): Promise<DpopProof> {
  const { payload, jkt } = await verifySignature(proof)
  const { htm, htu, iat, jti, ath, nonce } = payload
  if (htm !== method) throw invalidProof(`must have htm ${method}`)
  if (!isSameUri(htu, `${config().issuer}${path}`)) throw invalidProof(`must have htu ${config().issuer}${path}`)
  if (typeof jti !== "string" || typeof iat !== "number") throw invalidProof("must have a jti and an iat")
  if (nonce === undefined && config().DPOP_NONCE) throw needsNonce()
  // With a valid nonce the client's clock does not matter.
  if (nonce !== undefined && (typeof nonce !== "string" || !isValidNonce(nonce))) throw needsNonce()
  if (nonce === undefined && Math.abs(currentTime().getTime() / 1000 - iat) > maxSkewSeconds) {
    throw invalidProof(
      `must have an iat within ${maxSkewSeconds} seconds of this server's time; check the client's clock, or use the nonce from the header DPoP-Nonce`,
    )
  }
  if (accessToken !== undefined && ath !== hashToken(accessToken)) {
    throw invalidProof("must have the hash of the access token as its ath")
  }
  return { jkt, id: hashToken(`dpop ${jkt} ${jti}`) }
}

async function verifySignature(proof: string): Promise<{ payload: JWTPayload; jkt: string }> {
  try {
    if (proof.length > maxLength) throw new errors.JWTInvalid()
    const { payload, protectedHeader } = await jwtVerify(proof, EmbeddedJWK, {
      typ: "dpop+jwt",
      algorithms: dpopAlgs,
      currentDate: currentTime(),
    })
    return { payload, jkt: await calculateJwkThumbprint(protectedHeader.jwk ?? {}) }
  } catch (error) {
    if (isJwtError(error)) {
      throw invalidProof("must be one JWT of the type dpop+jwt, signed by the public key in its jwk header")
    }
    throw error
  }
}

/** RFC 9449 section 4.3: the htu is compared without query and fragment, after normalization. */
function isSameUri(htu: unknown, uri: string): boolean {
  if (typeof htu !== "string" || !URL.canParse(htu)) return false
  const sent = new URL(htu)
  return sent.origin + sent.pathname === uri
}

/**
 * Uses a proof up. Called when everything else has been checked, so that only a request that would succeed stores something.
 * @throws OAuthError invalid_dpop_proof when it was used before, at any instance
 */
export async function consumeDpopProof(proof: DpopProof | null): Promise<void> {
  if (proof && !(await consumeJwt(proof.id, new Date(currentTime().getTime() + keptSeconds * 1000)))) {
    throw invalidProof("was used before; each proof must have a jti of its own")
  }
}

/** `boundTo` is the thumbprint that the Session's tokens are bound to; null for none. */
type Binding = { boundTo: string | null; isRequired: boolean; isSameKeyRequired?: boolean }

/**
 * Checks that a request for tokens has the proof that it needs.
 * @throws OAuthError invalid_request when it is missing, invalid_grant when another key signed it
 */
export function checkDpopBinding(
  proof: DpopProof | null,
  { boundTo, isRequired, isSameKeyRequired = true }: Binding,
): void {
  if (proof === null && (isRequired || boundTo !== null)) {
    throw OAuthError.invalidRequest(
      "The tokens of this client or Session are bound to a key. Send a DPoP header with a proof (RFC 9449).",
      "dpop_proof_missing",
    )
  }
  if (boundTo !== null && isSameKeyRequired && proof?.jkt !== boundTo) {
    throw OAuthError.invalidGrant(
      "The DPoP proof was signed with a different key from the one that the authorization is bound to. Use the same key.",
      "dpop_key_mismatch",
    )
  }
}

function invalidProof(problem: string): OAuthError {
  return new OAuthError("invalid_dpop_proof", `The DPoP proof ${problem}. Send a new one.`, "dpop_proof_invalid")
}

function needsNonce(): OAuthError {
  return new OAuthError(
    "use_dpop_nonce",
    "The DPoP proof needs the nonce of the DPoP-Nonce header of this response. Send the request again with it.",
    "dpop_nonce_missing",
  )
}
