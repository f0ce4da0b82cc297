import { hkdfSync, randomBytes } from "node:crypto"
import { chmodSync, linkSync, mkdirSync, readFileSync, unlinkSync, writeFileSync } from "node:fs"
import path from "node:path"
import { ConfigError, config } from "@/lib/config"
import { perProcess } from "@/lib/per-process"

const secret = perProcess<Buffer>("secret")
const derivedKeys = perProcess<Map<KeyPurpose, Uint8Array<ArrayBuffer>>>("derived keys")

/**
 * The server's secret: SECRET, or with SQLite the content of a file beside the database, created at first use and readable
 * only by its owner.
 * @throws ConfigError when that file contains fewer than 32 bytes
 */
export function masterSecret(): Buffer {
  secret.value ??= loadSecret()
  return secret.value
}

function loadSecret(): Buffer {
  const { SECRET, databaseUrl } = config()
  return SECRET ? Buffer.from(SECRET) : readOrCreateSecretFile(`${databaseUrl.slice("file:".length)}.secret`)
}

function readOrCreateSecretFile(file: string): Buffer {
  mkdirSync(path.dirname(file), { recursive: true })
  // Written to a draft and then linked: when two servers start together, both use the same complete secret.
  const draft = `${file}.${randomBytes(8).toString("hex")}`
  writeFileSync(draft, randomBytes(32).toString("base64url"), { mode: 0o600, flag: "wx" })
  try {
    linkSync(draft, file)
    chmodSync(file, 0o600)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error
  } finally {
    unlinkSync(draft)
  }
  const secret = Buffer.from(readFileSync(file, "utf8").trim())
  // A truncated file must not become a secret that is easy to guess.
  if (secret.length < 32) {
    throw new ConfigError([
      `SECRET is not set, and ${file} contains no complete secret: restore that file, or set SECRET`,
    ])
  }
  return secret
}

/** SECRET is not the one that encrypted this database's signing keys. */
export class WrongSecretError extends Error {
  override name = "WrongSecretError"
  override message =
    "SECRET does not decrypt the signing keys in this database. Use the SECRET that they were created with."
}

/** The purposes of derived keys. Each has its own key. */
export type KeyPurpose =
  | "state-token"
  | "pushed-request"
  | "refresh-token"
  | "refresh-token-tag"
  | "signing-key"
  | "sign-in-limit"
  | "fingerprint"
  | "form-result"
  | "dpop-nonce"
  | "initial-access-token"
  | "user-code"
  | "mail"
  | "totp"
  | "known-device"
  | "provider"
  | "provider-visit"
  | "provider-link"
  | "passkey"
  | "totp-setup"
  | "recovery-code"

/** A 256-bit key for one purpose, derived from the server's secret by HKDF-SHA-256 (RFC 5869). */
export function deriveKey(purpose: KeyPurpose): Uint8Array<ArrayBuffer> {
  derivedKeys.value ??= new Map()
  const key =
    derivedKeys.value.get(purpose) ?? new Uint8Array(hkdfSync("sha256", masterSecret(), "oauth-flow", purpose, 32))
  derivedKeys.value.set(purpose, key)
  return key
}
