import { CompactEncrypt, compactDecrypt, errors, type JWTDecryptOptions, type JWTPayload, jwtDecrypt } from "jose"
import { currentTime } from "@/lib/clock"
import { deriveKey, deriveKeys, type KeyPurpose } from "@/lib/secret"

/** Encrypts a value with the key of a purpose, as a JWE that only this server can open. */
export function seal(purpose: KeyPurpose, value: unknown): Promise<string> {
  return new CompactEncrypt(new TextEncoder().encode(JSON.stringify(value)))
    .setProtectedHeader({ alg: "dir", enc: "A256GCM" })
    .encrypt(deriveKey(purpose))
}

const algorithms = { keyManagementAlgorithms: ["dir"], contentEncryptionAlgorithms: ["A256GCM"] }

/** Opens what `seal` made for the same purpose; null for everything else. */
export async function openSealed<Value>(purpose: KeyPurpose, sealed: string): Promise<Value | null> {
  const opened = await tryKeys(deriveKeys(purpose), (key) => compactDecrypt(sealed, key, algorithms))
  return opened && (JSON.parse(new TextDecoder().decode(opened.plaintext)) as Value)
}

/**
 * Opens an encrypted JWT of this server and checks its claims.
 * @returns its claims; null when it was altered, is of another purpose, or fails a check
 */
export async function openSealedJwt<Claims>(
  purpose: KeyPurpose,
  token: string,
  checks: JWTDecryptOptions = {},
): Promise<(JWTPayload & Claims) | null> {
  const opened = await tryKeys(deriveKeys(purpose), (key) =>
    jwtDecrypt<Claims>(token, key, { currentDate: currentTime(), ...checks, ...algorithms }),
  )
  return opened?.payload ?? null
}

/**
 * Seals a stored value again with the newest secret.
 * @returns the new value; null when the newest secret protects it already, or none of the secrets does
 */
export async function resealed(purpose: KeyPurpose, sealed: string): Promise<string | null> {
  const [newest, ...older] = deriveKeys(purpose)
  const open = (keys: Uint8Array[]) => tryKeys(keys, (key) => compactDecrypt(sealed, key, algorithms))
  const opened = (await open([newest])) ? null : await open(older)
  return opened && seal(purpose, JSON.parse(new TextDecoder().decode(opened.plaintext)))
}

async function tryKeys<Result>(
  keys: Uint8Array[],
  decrypt: (key: Uint8Array) => Promise<Result>,
): Promise<Result | null> {
  for (const key of keys) {
    try {
      return await decrypt(key)
    } catch (error) {
      if (!(error instanceof errors.JOSEError)) throw error
    }
  }
  return null
}
