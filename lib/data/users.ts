import { currentTime } from "@/lib/clock"
import { anonymizeWrite, auditWrite, byOperator, type Source } from "./audit-events"
import { type BrowserSessionStart, browserSessionWrites } from "./browser-sessions"
import { updateWrite } from "./columns"
import { database } from "./database"
import { consumeEmailLink } from "./email-links"
import { isStored, outcomeOf } from "./errors"
import type { User } from "./generated/sqlite/client"
import { notificationWrites } from "./logout-notifications"
import { mailWrites, type NewMail } from "./mail"
import { type LinkedAccount, linkWrite } from "./providers"
import { type RevokedReason, revocationWrite } from "./sessions"
import { type Value, type Write, write, writeIfFirst } from "./statement"

export type { User }

type Given = "id" | "email" | "name" | "passwordHash"
/** A User to insert. `claims` is JSON. */
export type NewUser = Pick<User, Given> &
  Partial<Pick<User, "emailVerifiedAt" | "selfRegistered" | "claims" | "locale">>
export type UserChanges = Partial<
  Pick<User, "email" | "emailVerifiedAt" | "selfRegistered" | "name" | "claims" | "locale">
>

/**
 * Stores a User and, in the same commit, their first BrowserSession. Without one, the operator creates the User.
 * @param user.email in its normal form (lib/accounts/email-address.ts)
 * @returns null when a User with this email address exists
 */
export async function insertUser(
  user: NewUser,
  browserSession: BrowserSessionStart | null = null,
): Promise<User | null> {
  const stored = newUser({ ...user, selfRegistered: browserSession !== null })
  const created = { ...byOperator, kind: "user_created", at: stored.createdAt, userId: user.id } as const
  const started = browserSession ? await browserSessionWrites(user.id, browserSession) : [auditWrite(created)]
  return (await isStored(write(insertUserWrite(stored), endSignUpWrite(stored.email), ...started))) ? stored : null
}

/** What no new User has. */
const none = { disabledAt: null, signInsCountFrom: null, totp: null, totpStep: 0 }

/** All columns of a new User. */
function newUser({
  emailVerifiedAt = null,
  selfRegistered = false,
  claims = "{}",
  locale = null,
  ...user
}: NewUser): User {
  return { ...user, emailVerifiedAt, selfRegistered, claims, locale, ...none, createdAt: currentTime() }
}

/** A link to sign up with this address cannot be used any more. */
const endSignUpWrite = (email: string): Write => [
  `DELETE FROM "EmailLink" WHERE "email" = ? AND "purpose" = 'sign_up'`,
  [email],
]

const insertUserWrite = ({
  id,
  email,
  emailVerifiedAt,
  selfRegistered,
  name,
  claims,
  locale,
  passwordHash,
  createdAt,
}: User): Write => [
  `INSERT INTO "User" ("id", "email", "emailVerifiedAt", "selfRegistered", "name", "claims", "locale", "passwordHash", "createdAt")
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  [id, email, emailVerifiedAt, selfRegistered, name, claims, locale, passwordHash, createdAt],
]

/**
 * Stores a User whom another provider has identified, with the link and their first BrowserSession, in one commit.
 * @returns false when a User with this email address, or the link, exists
 */
export async function insertLinkedUser(
  user: NewUser,
  link: LinkedAccount,
  browserSession: BrowserSessionStart,
): Promise<boolean> {
  return isStored(
    write(
      insertUserWrite(newUser(user)),
      endSignUpWrite(user.email),
      linkWrite(link),
      ...(await browserSessionWrites(user.id, browserSession)),
    ),
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
  const writes = [insertUserWrite(stored), ...(await browserSessionWrites(user.id, browserSession))]
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
  source: Source,
  mail: NewMail | null,
): Promise<boolean> {
  return consumeEmailLink(tokenHash, now, [
    [`UPDATE "User" SET "email" = ?, "emailVerifiedAt" = ? WHERE "id" = ?`, [email, now, id]],
    endSignUpWrite(email),
    // Those that the earlier address got. A link to another new address stays.
    [`DELETE FROM "EmailLink" WHERE "userId" = ? AND "email" <> ? AND "purpose" <> 'change_email'`, [id, email]],
    auditWrite({ userId: id, kind: mail ? "email_changed" : "email_verified", at: now, ...source }),
    ...mailWrites(mail),
  ])
}

/**
 * A person who signed up with an address of someone else must not keep an entry point when its owner resets the password: of a User
 * whose address was never verified, passkeys, linked accounts and the authenticator app end.
 */
const unprovenWrites = (id: string): Write[] => {
  const isUnproven = `"userId" = ? AND EXISTS (SELECT 1 FROM "User" WHERE "id" = ? AND "emailVerifiedAt" IS NULL)`
  return [
    ...["Passkey", "LinkedAccount", "RecoveryCode"].map(
      (table): Write => [`DELETE FROM "${table}" WHERE ${isUnproven}`, [id, id]],
    ),
    [`UPDATE "User" SET "totp" = NULL WHERE "id" = ? AND "emailVerifiedAt" IS NULL`, [id]],
  ]
}

const verifyWrite = (id: string, now: Date): Write => [
  `UPDATE "User" SET "emailVerifiedAt" = COALESCE("emailVerifiedAt", ?) WHERE "id" = ?`,
  [now, id],
]

/**
 * Consumes a link to reset the password: sets it, verifies the email address that the link was sent to, and ends the User's
 * browser sessions and Sessions, in one commit.
 * @param proof what the link proves: that the User reads e-mail at the address, or only what the operator knows
 * @returns false when the link cannot be used any more
 */
export async function resetPasswordByLink(
  tokenHash: string,
  proof: "email" | "operator",
  id: string,
  passwordHash: string,
  now: Date,
  source: Source,
  mail: NewMail | null,
): Promise<boolean> {
  return consumeEmailLink(tokenHash, now, [
    // First: what a browser session is storing at this moment must be there when it is deleted.
    ...(await accessEndWrites(id, ["passwordHash", passwordHash], "password_changed", now)),
    ...(proof === "email" ? [...unprovenWrites(id), verifyWrite(id, now)] : []),
    auditWrite({ userId: id, kind: "password_reset", at: now, ...source }),
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
 * Changes what is known about a User, if their address and claims are still those that were read. Their sub and their sessions
 * stay as they are.
 * @param changes.email in its normal form (lib/accounts/email-address.ts)
 * @returns "taken" when another User has the email address, "changed" when another change was first
 */
export async function updateUser(
  { id, email, claims }: Pick<User, "id" | "email" | "claims">,
  changes: UserChanges,
  source: Source,
): Promise<"stored" | "taken" | "changed"> {
  if (Object.keys(changes).length === 0) return "stored"
  const kind = source.actor === "operator" ? "user_updated" : "profile_changed"
  const event = { ...source, kind, at: currentTime(), userId: id, detail: Object.keys(changes).join(" ") } as const
  const links: Write[] =
    changes.email === undefined
      ? []
      : [endSignUpWrite(changes.email), [`DELETE FROM "EmailLink" WHERE "userId" = ?`, [id]]]
  const update = updateWrite("User", { id, email, claims }, changes)
  const outcome = await outcomeOf(writeIfFirst(update, ...links, auditWrite(event)))
  return ({ stored: "stored", exists: "taken", refused: "changed" } as const)[outcome]
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
  return writeIfFirst(
    ...(await accessEndWrites(id, ["disabledAt", now], "user_disabled", now)),
    auditWrite({ ...byOperator, kind: "user_disabled", at: now, userId: id }),
  )
}

/** Enables a User. @returns whether the User exists */
export function setUserEnabled(id: string): Promise<boolean> {
  const event = { ...byOperator, kind: "user_enabled", at: currentTime(), userId: id } as const
  return writeIfFirst(updateWrite("User", { id }, { disabledAt: null }), auditWrite(event))
}

/**
 * Sets a password, as the operator, and ends, in the same commit, all of the User's browser sessions and Sessions. Sign-ins
 * until `now` are no longer valid.
 * @returns whether the User exists
 */
export async function setPasswordHash(id: string, passwordHash: string, now: Date): Promise<boolean> {
  return writeIfFirst(
    ...(await accessEndWrites(id, ["passwordHash", passwordHash], "password_changed", now)),
    auditWrite({ ...byOperator, kind: "password_changed", at: now, userId: id }),
  )
}

type Change = [column: "disabledAt" | "passwordHash", value: Value]

/** They belong in one commit: after a failure between separate writes, the User's clients could still refresh. */
async function accessEndWrites(
  id: string,
  [column, value]: Change,
  reason: RevokedReason,
  now: Date,
): Promise<[Write, ...Write[]]> {
  return [
    [`UPDATE "User" SET "${column}" = ?, "signInsCountFrom" = ? WHERE "id" = ?`, [value, now, id]],
    [`DELETE FROM "BrowserSession" WHERE "userId" = ?`, [id]],
    // A thief may have asked for links, such as one that changes the email address to theirs.
    [`DELETE FROM "EmailLink" WHERE "userId" = ?`, [id]],
    revocationWrite("userId", id, reason, now),
    ...(await notificationWrites({ userId: id }, now)),
  ]
}

/** No row is changed when the password or the state of the User is another one than was read. */
const guardWrite = ({ id, passwordHash }: Pick<User, "id" | "passwordHash">): Write => [
  `UPDATE "User" SET "passwordHash" = "passwordHash" WHERE "id" = ? AND "passwordHash" = ? AND "disabledAt" IS NULL`,
  [id, passwordHash],
]

/**
 * Sets a password and ends, in the same commit, all of the User's browser sessions and Sessions except a new browser session
 * of the browser that changes it.
 * @param user as read when the current password was checked
 * @returns false when the password was changed or reset, or the User disabled, since: nothing is changed
 */
export async function changePasswordInBrowser(
  user: User,
  passwordHash: string,
  browserSession: BrowserSessionStart,
  mail: NewMail | null,
): Promise<boolean> {
  const { id } = user
  const { authenticatedAt: now, browser, os, address, flowId } = browserSession
  return writeIfFirst(
    guardWrite(user),
    ...(await accessEndWrites(id, ["passwordHash", passwordHash], "password_changed", now)),
    ...(await browserSessionWrites(id, browserSession)),
    auditWrite({ userId: id, kind: "password_changed", at: now, browser, os, address, flowId }),
    ...mailWrites(mail),
  )
}

/**
 * Deletes a User with everything about them, recorded flows included, and stores the notifications for their clients and the
 * e-mail to the User, in one commit. The audit log keeps what happened, without anything that names the person.
 * @param user as read when the password was checked
 * @returns false when the password was changed or reset since: nothing is deleted
 */
export async function deleteUser(user: User, mail: NewMail | null, { actor }: Source): Promise<boolean> {
  const { id, email, passwordHash } = user
  const flows = `SELECT "id" FROM "RecordedFlow" WHERE "userId" = ?`
  return writeIfFirst(
    [`UPDATE "User" SET "disabledAt" = ? WHERE "id" = ? AND "passwordHash" = ?`, [currentTime(), id, passwordHash]],
    ...(await notificationWrites({ userId: id }, currentTime())),
    [`DELETE FROM "FlowEvent" WHERE "flowId" IN (${flows})`, [id]],
    [`DELETE FROM "RecordedFlow" WHERE "userId" = ?`, [id]],
    [`DELETE FROM "EmailLink" WHERE "email" = ?`, [email]],
    [`DELETE FROM "User" WHERE "id" = ?`, [id]],
    [`DELETE FROM "sign_in_limit" WHERE "key" IN (?, ?)`, [`confirmation:${id}`, `second-factor:${id}`]],
    anonymizeWrite(id),
    auditWrite({ actor, kind: "account_deleted", at: currentTime(), userId: id }),
    ...mailWrites(mail),
  )
}
