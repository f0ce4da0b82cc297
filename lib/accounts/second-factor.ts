import { createHmac, randomInt } from "node:crypto"
import { Secret, TOTP } from "otpauth"
import { currentTime } from "@/lib/clock"
import { config } from "@/lib/config"
import {
  consumeRecoveryCode,
  consumeTotpStep,
  countRecoveryCodes,
  deleteTotp,
  insertTotp,
  replaceRecoveryCodes,
} from "@/lib/data/second-factor"
import { countSignInAttempt, forgetSignInAttempts } from "@/lib/data/sign-in-limits"
import type { User } from "@/lib/data/users"
import { sendMailInBackground } from "@/lib/mail/outbox"
import { openSealed, seal } from "@/lib/seal"
import { toReadableEmail } from "./email-address"
import { type ChangeContext, prepareNotice } from "./notice"

/** Seconds of a step, RFC 6238 section 5.2. */
const stepSeconds = 30

/** Bytes of a secret, RFC 4226 section 4. */
const secretBytes = 20

/** How long a person may take to set up the app, in milliseconds. */
const setupMs = 30 * 60 * 1000

type Setup = { secret: string; userId: string; expiresAt: number }

const totpOf = (secret: string, email: string) =>
  new TOTP({ issuer: config().BRAND_NAME, label: email, secret: Secret.fromBase32(secret), period: stepSeconds })

/**
 * A new secret for an authenticator app. Nothing is stored before the person proves that the app has it.
 * @returns the secret to type, the URI of the QR code, and the sealed setup for the form
 */
export async function beginTotpSetup(user: User): Promise<{ secret: string; uri: string; setup: string }> {
  const secret = new Secret({ size: secretBytes }).base32
  const setup: Setup = { secret, userId: user.id, expiresAt: currentTime().getTime() + setupMs }
  return showSetup(user, setup)
}

/** The same setup again, for a form that is shown again; null when it cannot be used any more. */
export async function resumeTotpSetup(user: User, sealed: string) {
  const setup = await openSetup(user, sealed)
  return setup && showSetup(user, setup)
}

async function showSetup(user: User, setup: Setup) {
  const uri = totpOf(setup.secret, toReadableEmail(user.email)).toString()
  return { secret: setup.secret, uri, setup: await seal("totp-setup", setup) }
}

async function openSetup(user: User, sealed: string): Promise<Setup | null> {
  const setup = await openSealed<Setup>("totp-setup", sealed)
  return setup && setup.userId === user.id && setup.expiresAt > currentTime().getTime() ? setup : null
}

/** The step of a code: the current one, or one before or after, because clocks drift; null for a wrong code. */
function findStep(secret: string, code: string): number | null {
  if (!/^[0-9]{6}$/.test(code)) return null
  // Read the clock once. Between two reads the step could change, and a code would be recorded under the wrong step and accepted again.
  const timestamp = currentTime().getTime()
  const delta = totpOf(secret, "").validate({ token: code, timestamp, window: 1 })
  return delta === null ? null : Math.floor(timestamp / 1000 / stepSeconds) + delta
}

/**
 * Stores the authenticator app when the code proves that it has the secret, and makes recovery codes. The browser is then
 * signed in with both factors.
 * @returns the recovery codes, which are shown once; null for a wrong code, an old setup, or when there is an app already
 */
export async function confirmTotpSetup(
  user: User,
  sealed: string,
  code: string,
  { tokenHash, amr, ...by }: ChangeContext & { tokenHash: string; amr: string[] },
): Promise<string[] | null> {
  const setup = await openSetup(user, sealed)
  const step = setup && findStep(setup.secret, code)
  if (!setup || step === null) return null
  const codes = makeRecoveryCodes()
  const stored = await insertTotp(user.id, {
    totp: await seal("totp", setup.secret),
    step,
    recoveryCodes: codes.map((code) => hashRecoveryCode(code, setup.secret)),
    tokenHash,
    amr: withSecondFactor(amr).join(" "),
    ...(await prepareNotice(user, "totp_added", by)),
  })
  void sendMailInBackground()
  return stored ? codes : null
}

/** The methods of a sign-in that a code has completed, RFC 8176 section 2. */
export const withSecondFactor = (amr: string[]): string[] => [...new Set([...amr, "otp", "mfa"])]

/** Removes the authenticator app and the recovery codes. @returns false when there is none */
export async function removeTotp(user: User, by: ChangeContext): Promise<boolean> {
  const removed = await deleteTotp(user.id, await prepareNotice(user, "totp_removed", by))
  void sendMailInBackground()
  return removed
}

const openTotp = async ({ totp }: User) => totp && openSealed<string>("totp", totp)

/**
 * Makes new recovery codes; the earlier ones no longer work.
 * @returns them, to be shown once; null when there is no authenticator app
 */
export async function renewRecoveryCodes(user: User, by: ChangeContext): Promise<string[] | null> {
  const secret = await openTotp(user)
  if (!secret) return null
  const codes = makeRecoveryCodes()
  const notice = await prepareNotice(user, "recovery_codes_created", by)
  const hashes = codes.map((code) => hashRecoveryCode(code, secret))
  await replaceRecoveryCodes(user.id, hashes, notice)
  void sendMailInBackground()
  return codes
}

/** How many recovery codes are left. */
export const countCodes = (user: User) => countRecoveryCodes(user.id)

/**
 * Checks a code of the authenticator app, or a recovery code, and consumes it. Limited like a password, with a count of its
 * own, which a right password does not reset.
 * @returns what was used, false for a wrong or used code, or the seconds to wait
 */
export async function verifySecondFactor(
  user: User,
  typed: string,
): Promise<{ used: "totp" | "recovery_code" | null } | { waitSeconds: number }> {
  const { waitSeconds } = await countSignInAttempt("second-factor", user.id)
  if (waitSeconds > 0) return { waitSeconds }
  const used = await consume(user, typed)
  if (used) await forgetSignInAttempts("second-factor", user.id)
  return { used }
}

async function consume(user: User, typed: string): Promise<"totp" | "recovery_code" | null> {
  const code = typed.replace(/[\s-]/g, "").toUpperCase()
  const secret = await openTotp(user)
  if (!secret) return null
  const step = findStep(secret, code)
  if (step !== null) return (await consumeTotpStep(user.id, step)) ? "totp" : null
  return (await consumeRecoveryCode(user.id, hashRecoveryCode(code, secret), currentTime())) ? "recovery_code" : null
}

const codeCount = 10
const codeLength = 10
/** Without letters that look like digits, or that make words. */
const codeAlphabet = "23456789BCDFGHJKMNPQRSTVWXYZ"

/** Ten codes with 48 bits each, in two groups that are easy to copy. */
function makeRecoveryCodes(): string[] {
  const makeGroup = () =>
    Array.from({ length: codeLength / 2 }, () => codeAlphabet[randomInt(codeAlphabet.length)]).join("")
  return Array.from({ length: codeCount }, () => `${makeGroup()}-${makeGroup()}`)
}

/** Keyed with the app's secret, which is stored encrypted: the database alone is not enough to find a code by trying. */
const hashRecoveryCode = (code: string, secret: string) =>
  createHmac("sha256", `recovery code ${secret}`).update(code.replace("-", "")).digest("base64url")
