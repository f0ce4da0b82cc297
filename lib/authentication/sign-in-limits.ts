import { createHmac } from "node:crypto"
import { addressKey } from "@/lib/accounts/address-key"
import { countSignInAttempt, forgetSignInAttempts, refundSignInAttempt } from "@/lib/data/sign-in-limits"
import { deriveKey } from "@/lib/secret"

/** The first failed attempts are answered without a delay, because people mistype. Each later one takes longer, up to the maximum. */
const freeAttempts = 3
const delayStepMs = 250
const maxDelayMs = 2_000

/** The email address is kept as an HMAC, so that the table of failures is no list of who has a user here. */
const accountKey = (email: string) => createHmac("sha256", deriveKey("sign-in-limit")).update(email).digest("base64url")

/**
 * Counts an attempt to sign in before it is checked, so that parallel attempts are counted too.
 * @param email in its normal form, or as it was typed when it is not an email address
 * @returns the seconds to wait when there were too many, else 0; and the milliseconds by which a failure is answered later
 */
export async function countAttempt(email: string, address: string): Promise<{ waitSeconds: number; delayMs: number }> {
  const byAddress = await countSignInAttempt("address", addressKey(address))
  if (byAddress.waitSeconds > 0) return { waitSeconds: byAddress.waitSeconds, delayMs: 0 }
  const byAccount = await countSignInAttempt("account", accountKey(email))
  const delayMs = Math.min(Math.max(0, byAccount.attempts - freeAttempts) * delayStepMs, maxDelayMs)
  return { waitSeconds: byAccount.waitSeconds, delayMs }
}

/** After a successful sign-in: resets the account's count, and takes the attempt off the address's count. */
export async function forgiveAttempt(email: string, address: string): Promise<void> {
  await forgetSignInAttempts("account", accountKey(email))
  await refundSignInAttempt("address", addressKey(address))
}

/** Takes back an attempt whose password was not checked. */
export async function refundAttempt(email: string, address: string): Promise<void> {
  await refundSignInAttempt("account", accountKey(email))
  await refundSignInAttempt("address", addressKey(address))
}

/**
 * Counts an attempt to sign up, successful or not. This limits how many accounts an address can create, and how many
 * email addresses it can try. Failed sign-ins have a separate count.
 * @returns the seconds to wait when there were too many, else 0
 */
export async function countSignUp(address: string): Promise<number> {
  return (await countSignInAttempt("sign-up", addressKey(address))).waitSeconds
}

/** Takes an attempt to sign up back that was not looked at. */
export async function refundSignUp(address: string): Promise<void> {
  await refundSignInAttempt("sign-up", addressKey(address))
}
