import { hash, randomFillSync } from "node:crypto"

const pool = Buffer.alloc(4_096)
let used = pool.length

/**
 * Random bytes, base64url. Node asks the system for 4 KiB at a time: each call costs as much as preparing a whole row. No
 * byte is used twice.
 */
function randomText(bytes: number): string {
  if (used + bytes > pool.length) {
    randomFillSync(pool)
    used = 0
  }
  used += bytes
  return pool.toString("base64url", used - bytes, used)
}

/** A value that cannot be guessed: 256 random bits, base64url, 43 characters. */
export function generateToken(): string {
  return randomText(32)
}

/** A name for a row that need not be secret: 128 random bits, base64url, 22 characters, never with a hyphen in front. */
export function generateId(): string {
  const id = randomText(16)
  // A command line would take it for an option.
  return id.startsWith("-") ? generateId() : id
}

/**
 * A name for a row of which there are very many: like `generateId`, with 48 bits of time in front, so that the rows of one
 * time are side by side in an index, and a new one touches the pages that the last one did. An `A` comes first until 2109.
 * @param at when the row is created
 */
export function generateTimeOrderedId(at: Date): string {
  const time = Buffer.alloc(6)
  time.writeUIntBE(at.getTime(), 0, 6)
  return time.toString("base64url") + generateId().slice(8)
}

/**
 * SHA-256, base64url: the form in which codes, tokens, secrets and cookies are stored. No salt and no stretching,
 * because each of them has 256 random bits of its own.
 */
export function hashToken(value: string): string {
  return hash("sha256", value, "base64url")
}
