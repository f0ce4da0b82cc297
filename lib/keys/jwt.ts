import { type KeyObject, sign } from "node:crypto"
import { promisify } from "node:util"
import {
  type CryptoKey,
  compactVerify,
  decodeJwt,
  decodeProtectedHeader,
  errors,
  type JWTPayload,
  type ProtectedHeaderParameters,
} from "jose"
import { currentTime } from "@/lib/clock"
import { config } from "@/lib/config"
import type { SigningAlg } from "@/lib/data/signing-keys"
import { perProcess } from "@/lib/per-process"
import { hashToken } from "@/lib/protocol/random"
import { findVerificationKey, getActiveKey } from "./signing-keys"

/** The media type of a JWT, which keeps one kind from being taken for another (RFC 8725 section 3.11). */
type JwtType = "at+jwt" | "JWT" | "logout+jwt" | "token-introspection+jwt"

type Header = { alg: SigningAlg; typ: JwtType; kid: string }
type VerifiedJwt = { header: Header; claims: JWTPayload }

/** Signs a JWT with the active key. */
export async function signJwt(alg: SigningAlg, typ: JwtType, claims: JWTPayload): Promise<string> {
  const { kid, privateKey } = await getActiveKey(alg)
  const header: Header = { alg, typ, kid }
  const input = `${encode(header)}.${encode(claims)}`
  const jwt = `${input}.${(await signatures[alg](Buffer.from(input), privateKey)).toString("base64url")}`
  if (typ === "at+jwt") rememberVerified(jwt, { header, claims })
  return jwt
}

const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString("base64url")

const signInPool = promisify(sign)

/**
 * JWS signatures, RFC 7518 section 3.3 and 3.4. An elliptic curve's takes some 35 microseconds, less than to have another
 * thread make it; an RSA signature takes ten times that, so it does not hold up other requests.
 */
const signatures: Record<SigningAlg, (input: Buffer, key: KeyObject) => Buffer | Promise<Buffer>> = {
  ES256: (input, key) => sign("sha256", input, { key, dsaEncoding: "ieee-p1363" }),
  RS256: (input, key) => signInPool("sha256", input, key),
}

type Expected = { alg: SigningAlg[]; typ: JwtType }

/**
 * Verifies a JWT that this server signed: algorithm, key, type, issuer, nbf, and exp unless `ignoreExpiry`.
 * @returns the claims, or null when this server did not issue it
 */
export async function findVerifiedClaims(
  jwt: string,
  expected: Expected & { ignoreExpiry?: boolean },
): Promise<JWTPayload | null> {
  const { claims, problem } = await inspectJwt(jwt, expected)
  return problem === null || (problem === "expired" && expected.ignoreExpiry) ? claims : null
}

/**
 * Verifies a JWT as `findVerifiedClaims` does, and finds out what is wrong with it.
 * @returns claims that this server has signed, also when they have expired. Without any, it is `malformed`: not a complete
 * JWT of the expected kind; or `foreign`: another server's, or signed with an unknown key
 */
export async function inspectJwt(
  jwt: string,
  { alg, typ }: Expected,
): Promise<{ claims: JWTPayload; problem: null | "expired" } | { claims: null; problem: "malformed" | "foreign" }> {
  const { header, claims } = (await findVerified(jwt, alg)) ?? (await verifySignature(jwt, alg)) ?? {}
  if (!header || !claims) return { claims: null, problem: await findSignatureProblem(jwt) }
  if (header.typ !== typ) return { claims: null, problem: "malformed" }
  if (claims.iss !== config().issuer) return { claims: null, problem: "foreign" }
  const { exp, nbf } = claims
  // Every token has an exp. A signed userinfo response has none, and the typ of an ID token.
  if (typeof exp !== "number") return { claims: null, problem: "malformed" }
  if (nbf !== undefined && nbf * 1000 > currentTime().getTime()) return { claims: null, problem: "malformed" }
  return { claims, problem: exp * 1000 > currentTime().getTime() ? null : "expired" }
}

/** The unverified claims of a token. They may be false, so they only explain a refusal. */
async function findSignatureProblem(jwt: string): Promise<"malformed" | "foreign"> {
  let claims: JWTPayload
  let header: ProtectedHeaderParameters
  try {
    claims = decodeJwt(jwt)
    header = decodeProtectedHeader(jwt)
  } catch {
    return "malformed"
  }
  if (claims.iss !== config().issuer) return "foreign"
  return (await findVerificationKey(header.kid ?? "", header.alg as SigningAlg)) ? "malformed" : "foreign"
}

async function verifySignature(jwt: string, algorithms: SigningAlg[]): Promise<VerifiedJwt | null> {
  try {
    const { payload, protectedHeader } = await compactVerify(jwt, keyOf, { algorithms })
    const verified = { header: protectedHeader as Header, claims: JSON.parse(new TextDecoder().decode(payload)) }
    if (verified.header.typ === "at+jwt") rememberVerified(jwt, verified)
    return verified
  } catch (error) {
    if (error instanceof UnknownKeyError || error instanceof errors.JOSEError) return null
    throw error
  }
}

async function keyOf({ kid, alg }: { kid?: string; alg?: string }): Promise<CryptoKey> {
  const key = kid ? await findVerificationKey(kid, alg as SigningAlg) : null
  if (!key) throw new UnknownKeyError()
  return key
}

class UnknownKeyError extends Error {}

/** How many access tokens a process knows to be well signed; the oldest is forgotten for a new one. About a kilobyte each. */
const maxVerified = 10_000

const verified = perProcess<Map<string, VerifiedJwt>>("verified JWTs")

/**
 * Access tokens whose signature was verified, or made, in this process, by the hash of the whole token: a signature stays
 * true while its key is valid. Whether the token is active depends on its Session, which is read each time.
 */
function verifiedJwts(): Map<string, VerifiedJwt> {
  verified.value ??= new Map()
  return verified.value
}

function rememberVerified(jwt: string, verified: VerifiedJwt): void {
  const known = verifiedJwts()
  if (known.size >= maxVerified) for (const oldest of known.keys()) if (known.delete(oldest)) break
  known.set(hashToken(jwt), verified)
}

async function findVerified(jwt: string, algorithms: SigningAlg[]): Promise<VerifiedJwt | null> {
  const verified = verifiedJwts().get(hashToken(jwt))
  if (!verified || !algorithms.includes(verified.header.alg)) return null
  // Signatures of a withdrawn key are no longer valid.
  return (await findVerificationKey(verified.header.kid, verified.header.alg)) ? verified : null
}
