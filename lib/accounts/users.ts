import { currentTime } from "@/lib/clock"
import type { BrowserSessionStart } from "@/lib/data/browser-sessions"
import type { Device } from "@/lib/data/security-events"
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
import { hashPassword } from "./password"
import { findPasswordProblem } from "./password-rules"

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
  const passwordHash = await hashPassword(facts.password)
  const user = await insertUser(
    {
      id: generateId(),
      email,
      emailVerifiedAt: facts.emailVerified ? currentTime() : null,
      name,
      passwordHash,
    },
    browserSession,
  )
  return user ? { ok: true, user } : { ok: false, field: "email", problem: "problems.emailTaken" }
}

/** The email address and the name as they are stored, or why no User can have them. Nothing is hashed or looked up. */
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
): Promise<{ ok: true; user: User } | UserProblem | ClaimProblem | null> {
  const user = await findUser(userId)
  if (!user) return null
  const parsed = parseProfile({ email: changes.email ?? user.email, name: changes.name ?? user.name })
  if (!parsed.ok) return parsed
  const { email, name } = parsed
  const claimProblem = findProblemOfClaims(changes.claims ?? {})
  if (claimProblem) return claimProblem
  const stillVerified = changes.emailVerified ?? (email === user.email && user.emailVerifiedAt !== null)
  const changed = {
    ...(changes.email !== undefined && { email }),
    ...(changes.name !== undefined && { name }),
    ...(changes.locale !== undefined && { locale: changes.locale }),
    emailVerifiedAt: stillVerified ? (user.emailVerifiedAt ?? currentTime()) : null,
    ...(changes.claims && { claims: changeClaims(user, changes.claims) }),
  }
  if (!(await updateUser(userId, changed))) return { ok: false, field: "email", problem: "problems.emailTaken" }
  return { ok: true, user: { ...user, ...changed } }
}

/** The claims that have columns of their own, or are set by the server. */
const ownClaims = ["name", "email", "email_verified", "updated_at"]

function findProblemOfClaims(claims: Claims): ClaimProblem | null {
  for (const [name, value] of Object.entries(claims)) {
    const problem = ownClaims.includes(name)
      ? "is not set this way"
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
  const problem = findPasswordProblem(password, user.email)
  if (problem) return { ok: false, field: "password", problem }
  return (await setPasswordHash(userId, await hashPassword(password), currentTime())) ? { ok: true } : null
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
 * the old password ends, and an e-mail tells the User.
 * @throws PasswordPoolBusyError
 */
export async function changePasswordHere(
  user: User,
  password: string,
  {
    previousToken,
    device,
    locale,
    amr,
  }: { previousToken: string | null; device: Device; locale: Locale; amr: string[] },
): Promise<{ ok: true; browserSession: NewBrowserSession } | { ok: false; problem: ProblemKey }> {
  const problem = findPasswordProblem(password, user.email)
  if (problem) return { ok: false, problem }
  const passwordHash = await hashPassword(password)
  const mail = await prepareMail({ kind: "passwordChanged", to: user.email, locale: localeOf(user, locale) })
  const { browserSession, start } = makeBrowserSession(previousToken, currentTime(), { device, amr, kind: null })
  await changePasswordInBrowser(user.id, passwordHash, start, mail)
  void sendMailInBackground()
  return { ok: true, browserSession }
}
