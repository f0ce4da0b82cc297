import { CompactEncrypt, compactDecrypt, errors } from "jose"
import { deriveKey, type KeyPurpose } from "@/lib/secret"

/** Encrypts a value with the key of a purpose, as a JWE that only this server can open. */
export function seal(purpose: KeyPurpose, value: unknown): Promise<string> {
  return new CompactEncrypt(new TextEncoder().encode(JSON.stringify(value)))
    .setProtectedHeader({ alg: "dir", enc: "A256GCM" })
    .encrypt(deriveKey(purpose))
}

/** Opens what `seal` made for the same purpose; null for everything else. */
export async function openSealed<Value>(purpose: KeyPurpose, sealed: string): Promise<Value | null> {
  try {
    const { plaintext } = await compactDecrypt(sealed, deriveKey(purpose), {
      keyManagementAlgorithms: ["dir"],
      contentEncryptionAlgorithms: ["A256GCM"],
    })
    return JSON.parse(new TextDecoder().decode(plaintext)) as Value
  } catch (error) {
    if (error instanceof errors.JOSEError) return null
    throw error
  }
}
