import { createLocalJWKSet, createRemoteJWKSet, errors, type JWTVerifyGetKey } from "jose"
import type { Client } from "@/lib/data/clients"
import { perProcess } from "@/lib/per-process"

/** The signature algorithms of what a client signs: assertions and request objects. */
export const clientJwtAlgs = ["ES256", "PS256", "RS256", "EdDSA", "Ed25519"]

/**
 * Whether a JWT that a client signed can be of this type: it names the type, or none (RFC 8725 section 3.11). The comparison is that of RFC
 * 7515 section 4.1.9.
 */
export function isOfType({ typ = "JWT" }: { typ?: unknown }, type: string): boolean {
  return typeof typ === "string" && ["jwt", type].includes(typ.toLowerCase().replace(/^application\//, ""))
}

/** The keys of each client, by its jwks or jwks_uri: a key is imported once, which costs more than to verify a signature. */
const keySets = perProcess<Map<string, JWTVerifyGetKey>>("clientKeySets")

/** More key sets are dropped, and read or fetched again. */
const maxKeySets = 1_000

/** jose caches what it fetches, waits between fetches, and follows no redirect. */
export function getClientKeys({ jwks, jwksUri }: Client): JWTVerifyGetKey {
  keySets.value ??= new Map()
  const source = jwks ?? jwksUri ?? ""
  const known = keySets.value.get(source)
  if (known) return known
  if (keySets.value.size >= maxKeySets) keySets.value.clear()
  const keys =
    jwks === null
      ? createRemoteJWKSet(new URL(source), { timeoutDuration: 5_000 })
      : createLocalJWKSet(JSON.parse(jwks))
  keySets.value.set(source, keys)
  return keys
}

/** Whether the signature of a client could not be verified because its jwks_uri did not answer with a JWK Set. */
export function areKeysUnavailable({ jwksUri }: Client, error: unknown): boolean {
  if (jwksUri === null) return false
  // `fetch` throws a TypeError. For a status other than 200, and for what is not JSON, jose throws its most general error.
  const isGeneral = error instanceof errors.JOSEError && error.code === errors.JOSEError.code
  return (
    isGeneral ||
    error instanceof TypeError ||
    error instanceof errors.JWKSTimeout ||
    error instanceof errors.JWKSInvalid
  )
}
