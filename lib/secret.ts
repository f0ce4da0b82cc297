import { hkdfSync, randomBytes } from "node:crypto"
import { chmodSync, linkSync, mkdirSync, readFileSync, unlinkSync, writeFileSync } from "node:fs"
import path from "node:path"
import { ConfigError, config } from "@/lib/config"
import { perProcess } from "@/lib/per-process"

type Key = Uint8Array<ArrayBuffer>

const secrets = perProcess<Buffer[]>("secrets")
const derivedKeys = perProcess<Map<KeyPurpose, [Key, ...Key[]]>>("derived keys")

/**
 * The server's secrets, the newest first: SECRET, or with SQLite the lines of a file beside the database, created at first
 * use and readable only by its owner. The first one protects what is new; the others still open what they protected.
 * @throws ConfigError when a line of that file has fewer than 32 bytes
 */
export function masterSecrets(): Buffer[] {
  secrets.value ??= loadSecrets()
  return secrets.value
}

function loadSecrets(): Buffer[] {
  const { SECRET, databaseUrl } = config()
  const texts = SECRET ?? readOrCreateSecretFile(`${databaseUrl.slice("file:".length)}.secret`)
  return texts.map((text) => Buffer.from(text))
}

function readOrCreateSecretFile(file: string): string[] {
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
  const lines = readFileSync(file, "utf8").trim().split(/\s+/)
  // A truncated file must not become a secret that is easy to guess.
  if (lines.some((line) => Buffer.byteLength(line) < 32)) {
    throw new ConfigError([
      `SECRET is not set, and ${file} has a line with fewer than 32 bytes: fix that line, restore the file, or set SECRET`,
    ])
  }
  return lines
}

/** SECRET is not the one that encrypted this database's signing keys. */
export class WrongSecretError extends Error {
  override name = "WrongSecretError"
  override message =
    "SECRET does not decrypt the signing keys in this database. Use the SECRET that they were created with, or list it after the new one."
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

/** The 256-bit key for one purpose, derived from the newest secret by HKDF-SHA-256 (RFC 5869). */
export const deriveKey = (purpose: KeyPurpose): Key => deriveKeys(purpose)[0]

/** The keys for one purpose of all secrets, the newest first. */
export function deriveKeys(purpose: KeyPurpose): [Key, ...Key[]] {
  derivedKeys.value ??= new Map()
  const keys =
    derivedKeys.value.get(purpose) ?? (masterSecrets().map((secret) => derive(secret, purpose)) as [Key, ...Key[]])
  derivedKeys.value.set(purpose, keys)
  return keys
}

const derive = (secret: Buffer, purpose: string) =>
  new Uint8Array(hkdfSync("sha256", secret, "oauth-flow", purpose, 32))

/** What a secret is called where it must not be shown: the same in each process. */
export const secretIds = (): string[] =>
  masterSecrets().map((secret) => Buffer.from(derive(secret, "secret-id")).toString("hex").slice(0, 12))
