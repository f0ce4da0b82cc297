import { currentTime } from "@/lib/clock"
import type { Source } from "@/lib/data/audit-events"
import type { BrowserSessionStart } from "@/lib/data/browser-sessions"
import {
  changePasswordInBrowser,
  findUser,
  insertUser,
  setPasswordHash,
  setUserDisabled,
  setUserEnabled,
  type User,
  updateUser,
} from "@/lib/data/users"
import { isLocale, type Locale } from "@/lib/i18n/locales"
import type { ProblemKey } from "@/lib/i18n/texts"
import { prepareMail, sendMailInBackground } from "@/lib/mail/outbox"
import { type Claims, findClaimProblem } from "@/lib/protocol/claims"
import { isDisplayName } from "@/lib/protocol/display-name"
import { generateId } from "@/lib/protocol/random"
import { makeBrowserSession, type NewBrowserSession } from "@/lib/sessions/browser-sessions"
import { findEmailProblem, normalizeEmail } from "./email-address"
import { findPasswordProblem, hashNewPassword } from "./password-rules"

/** Why a User cannot be created or changed. */
export type UserProblem = { ok: false; field: "email" | "password" | "name"; problem: ProblemKey }

/** Only an operator sets claims: the message is for them. */
export type ClaimProblem = { ok: false; field: "claim"; message: string }

/** The language of e-mails to a User. @param fallback for a User who has chosen none */
export const localeOf = ({ locale }: User, fallback: Locale): Locale => (isLocale(locale) ? locale : fallback)

type NewUser = { email: string; name: string | null; password: string; emailVerified?: boolean }

/**
 * Creates a User.
 * @param browserSession stored in the same commit, when the User is signed in too
 * @throws PasswordPoolBusyError
 */
export async function createUser(
  facts: NewUser,
  browserSession: BrowserSessionStart | null = null,
): Promise<{ ok: true; user: User } | UserProblem> {
  const parsed = parseNewUser(facts)
  if (!parsed.ok) return parsed
  const { email, name } = parsed
  const hashed = await hashNewPassword(facts.password, email)
  if (!hashed.ok) return hashed
  const user = await insertUser(
    {
      id: generateId(),
      email,
      emailVerifiedAt: facts.emailVerified ? currentTime() : null,
      name,
      passwordHash: hashed.passwordHash,
    },
    browserSession,
  )
  return user ? { ok: true, user } : { ok: false, field: "email", problem: "problems.emailTaken" }
}

/** The email address and the name as they are stored, or why no User can have them. Nothing is hashed or read from the database. */
export function parseNewUser(facts: NewUser): Profile | UserProblem {
  const profile = parseProfile(facts)
  if (!profile.ok) return profile
  const problem = findPasswordProblem(facts.password, profile.email)
  return problem ? { ok: false, field: "password", problem } : profile
}

type Profile = { ok: true; email: string; name: string | null }

function parseProfile(facts: { email: string; name: string | null }): Profile | UserProblem {
  const email = normalizeEmail(facts.email)
  if (email === null) return { ok: false, field: "email", problem: findEmailProblem(facts.email) }
  const name = facts.name?.trim() || null
  if (name !== null && !isDisplayName(name)) {
    return { ok: false, field: "name", problem: "problems.nameInvalid" }
  }
  return { ok: true, email, name }
}

/**
 * Changes a User's email address, name, or whether the address is verified. An empty name removes the name. A new address
 * is not verified unless `emailVerified` is given.
 * @param changes.claims other claims by name; null removes one
 * @returns the changed User, why the change cannot be made, or null for an unknown User
 */
export async function changeProfile(
  userId: string,
  changes: { email?: string; name?: string; emailVerified?: boolean; claims?: Claims; locale?: Locale },
  source: Source,
): Promise<{ ok: true; user: User } | UserProblem | ClaimProblem | null> {
  const user = await findUser(userId)
  if (!user) return null
  const parsed = parseProfile({ email: changes.email ?? user.email, name: changes.name ?? user.name })
  if (!parsed.ok) return parsed
  const { email, name } = parsed
  const claims = changes.claims && source.actor !== "operator" ? withoutProof(user, changes.claims) : changes.claims
  const claimProblem = findProblemOfClaims(claims ?? {})
  if (claimProblem) return claimProblem
  const isVerified = changes.emailVerified ?? (email === user.email ? undefined : false)
  // An operator who withdraws their word says that the address may be someone else's.
  const isClaimed = changes.emailVerified === false || (user.selfRegistered && email === user.email)
  const changed = {
    ...(changes.email !== undefined && { email }),
    ...(isClaimed !== user.selfRegistered && { selfRegistered: isClaimed }),
    ...(changes.name !== undefined && { name }),
    ...(changes.locale !== undefined && { locale: changes.locale }),
    ...(isVerified !== undefined && { emailVerifiedAt: isVerified ? (user.emailVerifiedAt ?? currentTime()) : null }),
    ...(claims && { claims: changeClaims(user, claims) }),
  }
  const stored = await updateUser(user, changed, source)
  if (stored === "taken") return { ok: false, field: "email", problem: "problems.emailTaken" }
  // The row was changed meanwhile. Retry with the current values.
  if (stored === "changed") return changeProfile(userId, changes, source)
  return { ok: true, user: { ...user, ...changed } }
}

/** The operator vouched for the phone number that was there, and not for another one. */
function withoutProof(user: User, changes: Claims): Claims {
  const { phone_number: before } = JSON.parse(user.claims) as Claims
  const isChanged = "phone_number" in changes && changes.phone_number !== before
  return isChanged ? { ...changes, phone_number_verified: null } : changes
}

/** The claims that have columns of their own, or are set by the server. */
const ownClaims = ["name", "email", "email_verified", "updated_at"]

function findProblemOfClaims(claims: Claims): ClaimProblem | null {
  for (const [name, value] of Object.entries(claims)) {
    const problem = ownClaims.includes(name)
      ? "cannot be set with --claim. Use --email, --name or --email-verified"
      : value === null
        ? null
        : findClaimProblem(name, value)
    if (problem) return { ok: false, field: "claim", message: `${name} ${problem}` }
  }
  return null
}

/** @returns the User's claims as JSON, with the time of this change in `updated_at` */
function changeClaims(user: User, changes: Claims): string {
  const claims = {
    ...(JSON.parse(user.claims) as Claims),
    ...changes,
    updated_at: Math.floor(currentTime().getTime() / 1000),
  }
  return JSON.stringify(Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== null)))
}

/**
 * Sets a User's password and ends what was started with the old one: browser sessions and Sessions.
 * @returns a problem with the password, or null for an unknown User
 * @throws PasswordPoolBusyError
 */
export async function changePassword(userId: string, password: string): Promise<{ ok: true } | UserProblem | null> {
  const user = await findUser(userId)
  if (!user) return null
  const hashed = await hashNewPassword(password, user.email)
  if (!hashed.ok) return hashed
  return (await setPasswordHash(userId, hashed.passwordHash, currentTime())) ? { ok: true } : null
}

/** Keeps a User from signing in, and ends everything that they started. @returns whether there is such a User */
export async function disableUser(userId: string): Promise<boolean> {
  return setUserDisabled(userId, currentTime())
}

/** Lets a disabled User sign in again. @returns whether there is such a User */
export async function enableUser(userId: string): Promise<boolean> {
  return setUserEnabled(userId)
}

/**
 * Sets a User's password from one of their browsers, which gets a new BrowserSession. Everything else that was started with
 * the old password ends, and an e-mail tells the User. Only the password was proven now, so a second factor is asked again.
 * @returns why the password cannot be used; null when it was changed or reset since `user` was read
 * @throws PasswordPoolBusyError
 */
export async function changePasswordHere(
  user: User,
  password: string,
  { previousToken, source, locale }: { previousToken: string | null; source: Source; locale: Locale },
): Promise<{ ok: true; browserSession: NewBrowserSession } | { ok: false; problem: ProblemKey } | null> {
  const hashed = await hashNewPassword(password, user.email)
  if (!hashed.ok) return hashed
  const mail = await prepareMail({ kind: "passwordChanged", to: user.email, locale: localeOf(user, locale) })
  const { browserSession, start } = makeBrowserSession(previousToken, currentTime(), { source, kind: null })
  if (!(await changePasswordInBrowser(user, hashed.passwordHash, start, mail))) return null
  void sendMailInBackground()
  return { ok: true, browserSession }
}
