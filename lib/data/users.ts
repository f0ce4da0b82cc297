import { currentTime } from "@/lib/clock"
import { type BrowserSessionStart, browserSessionWrites } from "./browser-sessions"
import { database } from "./database"
import { consumeEmailLink } from "./email-links"
import { isStored } from "./errors"
import type { User } from "./generated/sqlite/client"
import { notificationWrites } from "./logout-notifications"
import { mailWrites, type NewMail } from "./mail"
import { type LinkedAccount, linkWrite } from "./providers"
import { type Device, securityEventWrite } from "./security-events"
import { type RevokedReason, revocationWrite } from "./sessions"
import { type Value, type Write, write } from "./statement"

export type { User }

type Given = "id" | "email" | "name" | "passwordHash"
/** A User to insert. `claims` is JSON. */
export type NewUser = Pick<User, Given> & Partial<Pick<User, "emailVerifiedAt" | "claims" | "locale">>
export type UserChanges = Partial<Pick<User, "email" | "emailVerifiedAt" | "name" | "claims" | "locale">>

/**
 * Stores a User and, in the same commit, their first BrowserSession.
 * @param user.email in its normal form (lib/accounts/email-address.ts)
 * @returns null when a User with this email address exists
 */
export async function insertUser(
  user: NewUser,
  browserSession: BrowserSessionStart | null = null,
): Promise<User | null> {
  const stored = newUser(user)
  const started = browserSession ? browserSessionWrites(user.id, browserSession) : []
  return (await isStored(write(insertUserWrite(stored), ...started))) ? stored : null
}

/** What no new User has. */
const none = { disabledAt: null, signInsCountFrom: null, totp: null, totpStep: 0 }

/** All columns of a new User. */
function newUser({ emailVerifiedAt = null, claims = "{}", locale = null, ...user }: NewUser): User {
  return { ...user, emailVerifiedAt, claims, locale, ...none, createdAt: currentTime() }
}

const insertUserWrite = ({
  id,
  email,
  emailVerifiedAt,
  name,
  claims,
  locale,
  passwordHash,
  createdAt,
}: User): Write => [
  `INSERT INTO "User" ("id", "email", "emailVerifiedAt", "name", "claims", "locale", "passwordHash", "createdAt")
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  [id, email, emailVerifiedAt, name, claims, locale, passwordHash, createdAt],
]

/**
 * Stores a User whom another provider has identified, with the link and their first BrowserSession, in one commit.
 * @returns false when a User with this email address, or the link, exists
 */
export function insertLinkedUser(
  user: NewUser,
  link: LinkedAccount,
  browserSession: BrowserSessionStart,
): Promise<boolean> {
  return isStored(
    write(insertUserWrite(newUser(user)), linkWrite(link), ...browserSessionWrites(user.id, browserSession)),
  )
}

/**
 * Consumes a sign-up link, and stores the User with their first BrowserSession in the same commit.
 * @returns null when the link cannot be used any more, or when a User with this email address exists
 */
export async function insertUserByLink(
  tokenHash: string,
  user: NewUser,
  browserSession: BrowserSessionStart,
): Promise<User | null> {
  const stored = newUser(user)
  const writes = [insertUserWrite(stored), ...browserSessionWrites(user.id, browserSession)]
  return (await consumeEmailLink(tokenHash, stored.createdAt, writes)) ? stored : null
}

/**
 * Consumes a link that proves that the User reads e-mail at `email`, which is or becomes their address.
 * @param mail for the earlier address, when it changes
 */
export function verifyEmailByLink(
  tokenHash: string,
  { id, email }: Pick<User, "id" | "email">,
  now: Date,
  device: Device,
  mail: NewMail | null,
): Promise<boolean> {
  return consumeEmailLink(tokenHash, now, [
    [`UPDATE "User" SET "email" = ?, "emailVerifiedAt" = ? WHERE "id" = ?`, [email, now, id]],
    // Those that the earlier address got. A link to another new address stays.
    [`DELETE FROM "EmailLink" WHERE "userId" = ? AND "email" <> ? AND "purpose" <> 'change_email'`, [id, email]],
    securityEventWrite({ userId: id, kind: mail ? "email_changed" : "email_verified", at: now, ...device }),
    ...mailWrites(mail),
  ])
}

/**
 * Consumes a link to reset the password: sets it, verifies the email address, and ends the User's browser sessions and
 * Sessions, in one commit.
 * @returns false when the link cannot be used any more
 */
export async function resetPasswordByLink(
  tokenHash: string,
  id: string,
  passwordHash: string,
  now: Date,
  device: Device,
  mail: NewMail | null,
): Promise<boolean> {
  return consumeEmailLink(tokenHash, now, [
    [`UPDATE "User" SET "emailVerifiedAt" = COALESCE("emailVerifiedAt", ?) WHERE "id" = ?`, [now, id]],
    ...(await accessEndWrites(id, ["passwordHash", passwordHash], "password_changed", now)),
    securityEventWrite({ userId: id, kind: "password_reset", at: now, ...device }),
    ...mailWrites(mail),
  ])
}

export async function findUser(id: string): Promise<User | null> {
  const db = await database()
  return db.user.findUnique({ where: { id } })
}

export async function findUserByEmail(email: string): Promise<User | null> {
  const db = await database()
  return db.user.findUnique({ where: { email } })
}

/**
 * Changes what is known about a User. Their sub and their sessions stay as they are.
 * @param changes.email in its normal form (lib/accounts/email-address.ts)
 * @returns false when the email address is taken; an unknown id changes nothing
 */
export async function updateUser(id: string, changes: UserChanges): Promise<boolean> {
  const db = await database()
  return isStored(db.user.updateMany({ where: { id }, data: changes }))
}

export async function listUsers(): Promise<User[]> {
  const db = await database()
  return db.user.findMany({ orderBy: { createdAt: "asc" } })
}

/**
 * Disables a User and ends, in the same commit, all of their browser sessions and Sessions. Their sign-ins until `now` are
 * no longer valid.
 * @returns whether the User exists
 */
export async function setUserDisabled(id: string, now: Date): Promise<boolean> {
  const [changed] = await write(...(await accessEndWrites(id, ["disabledAt", now], "user_disabled", now)))
  return changed === 1
}

/** Enables a User. @returns whether the User exists */
export async function setUserEnabled(id: string): Promise<boolean> {
  const db = await database()
  return (await db.user.updateMany({ where: { id }, data: { disabledAt: null } })).count === 1
}

/**
 * Sets a password and ends, in the same commit, all of the User's browser sessions and Sessions. Sign-ins until `now` are no
 * longer valid.
 * @returns whether the User exists
 */
export async function setPasswordHash(id: string, passwordHash: string, now: Date): Promise<boolean> {
  const [changed] = await write(...(await accessEndWrites(id, ["passwordHash", passwordHash], "password_changed", now)))
  return changed === 1
}

type Change = [column: "disabledAt" | "passwordHash", value: Value]

/** They belong in one commit: after a failure between separate writes, the User's clients could still refresh. */
async function accessEndWrites(
  id: string,
  [column, value]: Change,
  reason: RevokedReason,
  now: Date,
): Promise<Write[]> {
  return [
    [`UPDATE "User" SET "${column}" = ?, "signInsCountFrom" = ? WHERE "id" = ?`, [value, now, id]],
    [`DELETE FROM "BrowserSession" WHERE "userId" = ?`, [id]],
    // A thief may have asked for links, such as one that changes the email address to theirs.
    [`DELETE FROM "EmailLink" WHERE "userId" = ?`, [id]],
    revocationWrite("userId", id, reason, now),
    ...(await notificationWrites({ userId: id }, now)),
  ]
}

/**
 * Sets a password and ends, in the same commit, all of the User's browser sessions and Sessions except a new browser session
 * of the browser that changes it.
 */
export async function changePasswordInBrowser(
  id: string,
  passwordHash: string,
  browserSession: BrowserSessionStart,
  mail: NewMail | null,
): Promise<void> {
  const { authenticatedAt: now, browser, os } = browserSession
  await write(
    ...(await accessEndWrites(id, ["passwordHash", passwordHash], "password_changed", now)),
    ...browserSessionWrites(id, browserSession),
    securityEventWrite({ userId: id, kind: "password_changed", at: now, browser, os }),
    ...mailWrites(mail),
  )
}

/**
 * Deletes a User with everything about them, recorded flows included, and stores the notifications for their clients and the
 * e-mail to the User, in one commit.
 */
export async function deleteUser({ id, email }: Pick<User, "id" | "email">, mail: NewMail | null): Promise<void> {
  const flows = `SELECT "id" FROM "RecordedFlow" WHERE "userId" = ?`
  await write(
    ...(await notificationWrites({ userId: id }, currentTime())),
    [`DELETE FROM "FlowEvent" WHERE "flowId" IN (${flows})`, [id]],
    [`DELETE FROM "RecordedFlow" WHERE "userId" = ?`, [id]],
    [`DELETE FROM "EmailLink" WHERE "email" = ?`, [email]],
    [`DELETE FROM "User" WHERE "id" = ?`, [id]],
    ...mailWrites(mail),
  )
}
