import { type BrowserSessionStart, browserSessionWrites } from "./browser-sessions"
import { database } from "./database"
import { isStored } from "./errors"
import type { User } from "./generated/sqlite/client"
import { notificationWrites } from "./logout-notifications"
import { type RevokedReason, revocationWrite } from "./sessions"
import { type Value, write } from "./statement"

export type { User }

type Given = "id" | "email" | "name" | "passwordHash"
/** A User to insert. `claims` is JSON. */
export type NewUser = Pick<User, Given> & Partial<Pick<User, "emailVerifiedAt" | "claims">>
export type UserChanges = Partial<Pick<User, "email" | "emailVerifiedAt" | "name" | "claims">>

/**
 * Stores a User and, in the same commit, their first BrowserSession.
 * @param user.email in its normal form (lib/accounts/email-address.ts)
 * @returns null when a User with this email address exists
 */
export async function insertUser(
  user: NewUser,
  browserSession: BrowserSessionStart | null = null,
): Promise<User | null> {
  const createdAt = new Date()
  const { id, email, emailVerifiedAt = null, name, claims = "{}", passwordHash } = user
  const started = browserSession ? browserSessionWrites(id, browserSession) : []
  const values = [id, email, emailVerifiedAt, name, claims, passwordHash, createdAt]
  const stored = await isStored(write([insertRow, values], ...started))
  return stored ? { ...user, emailVerifiedAt, claims, createdAt, disabledAt: null, signInsCountFrom: null } : null
}

const insertRow = `INSERT INTO "User" ("id", "email", "emailVerifiedAt", "name", "claims", "passwordHash", "createdAt")
  VALUES (?, ?, ?, ?, ?, ?, ?)`

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
export function setUserDisabled(id: string, now: Date): Promise<boolean> {
  return changeAndEndAccess(id, ["disabledAt", now], "user_disabled", now)
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
export function setPasswordHash(id: string, passwordHash: string, now: Date): Promise<boolean> {
  return changeAndEndAccess(id, ["passwordHash", passwordHash], "password_changed", now)
}

type Change = [column: "disabledAt" | "passwordHash", value: Value]

/** In one commit: after a failure between separate writes, the User's clients could still refresh. */
async function changeAndEndAccess(id: string, [column, value]: Change, reason: RevokedReason, now: Date) {
  const notifications = await notificationWrites({ userId: id }, now)
  const [changed] = await write(
    [`UPDATE "User" SET "${column}" = ?, "signInsCountFrom" = ? WHERE "id" = ?`, [value, now, id]],
    [`DELETE FROM "BrowserSession" WHERE "userId" = ?`, [id]],
    revocationWrite("userId", id, reason, now),
    ...notifications,
  )
  return changed === 1
}

/** Deletes a User with all of their rows. @returns whether the User existed */
export async function deleteUser(id: string): Promise<boolean> {
  const db = await database()
  return (await db.user.deleteMany({ where: { id } })).count === 1
}
