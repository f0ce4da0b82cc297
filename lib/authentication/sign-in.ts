import { setTimeout as wait } from "node:timers/promises"
import { toLookupEmail } from "@/lib/accounts/email-address"
import { arePasskeysOn, listPasskeys } from "@/lib/accounts/passkeys"
import { PasswordPoolBusyError, verifyPassword } from "@/lib/accounts/password"
import { createUser, parseNewUser, type UserProblem } from "@/lib/accounts/users"
import { currentTime } from "@/lib/clock"
import { insertFailedSignIn, type Source } from "@/lib/data/audit-events"
import { findUserByEmail, type User } from "@/lib/data/users"
import type { Flow } from "@/lib/flows/flow"
import { count } from "@/lib/metrics"
import {
  isVerificationMissing,
  makeBrowserSession,
  type NewBrowserSession,
  startBrowserSession,
} from "@/lib/sessions/browser-sessions"
import {
  countAttempt,
  countSignUp,
  findAttemptKey,
  forgiveAttempt,
  refundAttempt,
  refundSignUp,
  rememberDevice,
} from "./sign-in-limits"

type Refused = { ok: false; problem: "too_many_attempts" | "busy"; retryAfterSeconds: number }
/** `needsCode` is whether the sign-in is complete only with a second factor, `offersPasskey` whether one fits this browser,
 * `knownDevice` a cookie to set. */
type Accepted = {
  ok: true
  browserSession: NewBrowserSession
  needsCode?: boolean
  offersPasskey?: boolean
  knownDevice?: string
}

/** How long, in seconds, a person is asked to wait when every worker is busy with passwords. */
const busySeconds = 5

/**
 * Verifies the credentials that a person gave, and starts a BrowserSession.
 * @param address the network address of the browser, which failed attempts are counted by
 * @param previousToken the BrowserSession cookie that the browser had: that session ends
 * @param attempt.keepsOthers whether that session goes on when it is another User's
 * @param attempt.knownDevice the cookie of a browser that has signed in before
 * @param keep whether the browser stays signed in after it was closed
 * @param flow the authorization that this sign-in is part of, or null
 */
export async function signIn(
  attempt: {
    email: string
    password: string
    address: string
    previousToken: string | null
    keepsOthers?: boolean
    source: Source
    keep: boolean
    knownDevice?: string | null
  },
  flow: Flow | null = null,
): Promise<
  | Accepted
  | Refused
  | { ok: false; problem: "wrong_credentials" }
  | { ok: false; problem: "email_unverified"; user: User }
> {
  const email = toLookupEmail(attempt.email)
  const account = email ?? attempt.email
  flow?.step("authorization.verifies_credentials")
  const key = await findAttemptKey(account, attempt.address, attempt.knownDevice)
  const { waitSeconds, delayMs } = await countAttempt(key)
  if (waitSeconds > 0) {
    count("failed_sign_ins", ["limited"])
    flow?.fail({ reason: "too_many_attempts" })
    return { ok: false, problem: "too_many_attempts", retryAfterSeconds: waitSeconds }
  }
  try {
    const lookedUpAt = currentTime()
    const user = email === null ? null : await findUserByEmail(email)
    const known = user !== null && user.disabledAt === null
    const right = await verifyPassword(attempt.password, known ? user.passwordHash : null)
    if (!known || !right) {
      count("failed_sign_ins", ["password"])
      // A row is stored only for an account, and the pause hides how long that takes.
      const recorded = email === null ? null : insertFailedSignIn(email, lookedUpAt, attempt.source)
      await Promise.all([recorded, wait(Math.max(delayMs, minFailureMs))])
      flow?.fail({ reason: "credentials_wrong" })
      return { ok: false, problem: "wrong_credentials" }
    }
    await forgiveAttempt(key)
    flow?.concerns({ userId: user.id })
    if (isVerificationMissing(user)) {
      flow?.fail({ reason: "email_unverified" })
      return { ok: false, problem: "email_unverified", user }
    }
    count("sign_ins", ["password"])
    const needsCode = user.totp !== null
    const facts = { ...attempt, kind: needsCode ? null : undefined }
    const browserSession = await startBrowserSession(user.id, attempt.previousToken, lookedUpAt, facts)
    const offersPasskey = attempt.keep && arePasskeysOn() && (await listPasskeys(user.id)).length === 0
    const knownDevice = await rememberDevice(attempt.knownDevice ?? null, account)
    return { ok: true, browserSession, needsCode, offersPasskey, knownDevice }
  } catch (error) {
    // The password was not checked, so the attempt does not count.
    if (error instanceof PasswordPoolBusyError) await refundAttempt(key)
    return refuseWhenBusy(error, flow)
  }
}

/** How long an answer to wrong credentials waits at least, in milliseconds. */
const minFailureMs = 20

/**
 * Makes a User and signs them in. Checks that cost no work come first. Then the attempt is counted against the
 * address, so that no one tries out in bulk which email addresses have a user here.
 */
export async function signUp(
  facts: {
    email: string
    name: string | null
    password: string
    address: string
    previousToken: string | null
    keepsOthers?: boolean
    source: Source
  },
  flow: Flow | null = null,
): Promise<Accepted | Refused | UserProblem> {
  flow?.step("authorization.verifies_credentials")
  const parsed = parseNewUser(facts)
  if (!parsed.ok) {
    flow?.fail({ reason: "parameter_invalid" })
    return parsed
  }
  const waitSeconds = await countSignUp(facts.address)
  if (waitSeconds > 0) {
    flow?.fail({ reason: "too_many_attempts" })
    return { ok: false, problem: "too_many_attempts", retryAfterSeconds: waitSeconds }
  }
  try {
    const { browserSession, start } = makeBrowserSession(facts.previousToken, currentTime(), {
      ...facts,
      kind: "signed_up",
    })
    const created = await createUser(facts, start)
    if (!created.ok) {
      flow?.fail({ reason: "parameter_invalid" })
      return created
    }
    flow?.concerns({ userId: created.user.id })
    return { ok: true, browserSession }
  } catch (error) {
    if (error instanceof PasswordPoolBusyError) await refundSignUp(facts.address)
    return refuseWhenBusy(error, flow)
  }
}

function refuseWhenBusy(error: unknown, flow: Flow | null): Refused {
  if (!(error instanceof PasswordPoolBusyError)) throw error
  flow?.fail({ reason: "server_busy" })
  return { ok: false, problem: "busy", retryAfterSeconds: busySeconds }
}
