import { createHmac } from "node:crypto"
import { countSignInAttempt, forgetSignInAttempts, refundSignInAttempt } from "@/lib/data/sign-in-limits"
import { deriveKey } from "@/lib/secret"

/** The first failed attempts cost nobody anything: people mistype. After them each one waits longer, up to the last value. */
const freeAttempts = 3
const delayStepMs = 250
const maxDelayMs = 2_000

/** The email address is kept as an HMAC, so that the table of failures is no list of who has a user here. */
const accountKey = (email: string) => createHmac("sha256", deriveKey("sign-in-limit")).update(email).digest("base64url")

/**
 * Counts an attempt to sign in before it is checked, so that many at once are counted too.
 * @param email lower-cased
 * @returns the seconds to wait when there were too many, else 0; and the milliseconds by which a failure is answered later
 */
export async function countAttempt(email: string, address: string): Promise<{ waitSeconds: number; delayMs: number }> {
  const byAddress = await countSignInAttempt("address", address)
  if (byAddress.waitSeconds > 0) return { waitSeconds: byAddress.waitSeconds, delayMs: 0 }
  const byAccount = await countSignInAttempt("account", accountKey(email))
  const delayMs = Math.min(Math.max(0, byAccount.attempts - freeAttempts) * delayStepMs, maxDelayMs)
  return { waitSeconds: byAccount.waitSeconds, delayMs }
}

/** A sign-in that succeeded: the account starts afresh, and the attempt does not count against the address. */
export async function forgiveAttempt(email: string, address: string): Promise<void> {
  await forgetSignInAttempts("account", accountKey(email))
  await refundSignInAttempt("address", address)
}
