import { createHmac } from "node:crypto"
import { addressKey } from "@/lib/accounts/address-key"
import { countSignInAttempt, forgetSignInAttempts, refundSignInAttempt } from "@/lib/data/sign-in-limits"
import { generateId } from "@/lib/protocol/random"
import { openSealed, seal } from "@/lib/seal"
import { deriveKey } from "@/lib/secret"

/** The first failed attempts are answered without a delay, because people mistype. Each later one takes longer, up to the maximum. */
const freeAttempts = 3
const delayStepMs = 250
const maxDelayMs = 2_000

/** The email address is kept as an HMAC, so that the table of failures is no list of who has a user here. */
const accountKey = (email: string) => createHmac("sha256", deriveKey("sign-in-limit")).update(email).digest("base64url")

/** How many accounts a browser's cookie holds. Beyond that, the oldest is dropped. */
const maxAccounts = 5

/** The content of the cookie of a browser in which someone has signed in before. */
type KnownDevice = { id: string; accounts: string[] }

/**
 * Adds an account to the browser's cookie, after a sign-in.
 * @param sealed the cookie that the browser sent; null without one
 * @returns the new value
 */
export async function rememberDevice(sealed: string | null, email: string): Promise<string> {
  const known = await openDevice(sealed)
  const key = accountKey(email)
  const others = known?.accounts.filter((account) => account !== key) ?? []
  return seal("known-device", { id: known?.id ?? generateId(), accounts: [key, ...others].slice(0, maxAccounts) })
}

const openDevice = async (sealed: string | null) =>
  sealed === null ? null : openSealed<KnownDevice>("known-device", sealed)

/** The keys under which sign-in attempts are counted. */
export type AttemptKey = { kind: "account" | "known-device"; key: string; addressKey: string }

/**
 * Finds what attempts are counted by. A browser that has signed in to the account before has a budget of its own: someone
 * else's failures cannot lock its owner out (https://owasp.org/www-community/Slow_Down_Online_Guessing_Attacks_with_Device_Cookies).
 * @param email in its normal form, or as it was typed when it is not an email address
 * @param sealedDevice the browser's cookie; null without one
 */
export async function findAttemptKey(
  email: string,
  address: string,
  sealedDevice: string | null = null,
): Promise<AttemptKey> {
  const account = accountKey(email)
  const known = await openDevice(sealedDevice)
  const addressed = { addressKey: addressKey(address) }
  return known?.accounts.includes(account)
    ? { kind: "known-device", key: `${known.id} ${account}`, ...addressed }
    : { kind: "account", key: account, ...addressed }
}

/**
 * Counts an attempt to sign in before it is checked, so that parallel attempts are counted too.
 * @returns the seconds to wait when there were too many, else 0; and by how many milliseconds the response to a failure is delayed
 */
export async function countAttempt({
  kind,
  key,
  addressKey,
}: AttemptKey): Promise<{ waitSeconds: number; delayMs: number }> {
  const byAddress = await countSignInAttempt("address", addressKey)
  if (byAddress.waitSeconds > 0) return { waitSeconds: byAddress.waitSeconds, delayMs: 0 }
  const byAccount = await countSignInAttempt(kind, key)
  const delayMs = Math.min(Math.max(0, byAccount.attempts - freeAttempts) * delayStepMs, maxDelayMs)
  return { waitSeconds: byAccount.waitSeconds, delayMs }
}

/** After a successful sign-in: resets the count, and takes the attempt off the address's count. */
export async function forgiveAttempt({ kind, key, addressKey }: AttemptKey): Promise<void> {
  await forgetSignInAttempts(kind, key)
  await refundSignInAttempt("address", addressKey)
}

/** Takes back an attempt whose password was not checked. */
export async function refundAttempt({ kind, key, addressKey }: AttemptKey): Promise<void> {
  await refundSignInAttempt(kind, key)
  await refundSignInAttempt("address", addressKey)
}

/**
 * Counts an attempt to sign up, successful or not. This limits how many accounts an address can create, and how many
 * email addresses it can try. Failed sign-ins have a separate count.
 * @returns the seconds to wait when there were too many, else 0
 */
export async function countSignUp(address: string): Promise<number> {
  return (await countSignInAttempt("sign-up", addressKey(address))).waitSeconds
}

/** Takes back a sign-up attempt that was not processed. */
export async function refundSignUp(address: string): Promise<void> {
  await refundSignInAttempt("sign-up", addressKey(address))
}
