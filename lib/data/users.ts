import { type BrowserSessionStart, toWrites } from "./browser-sessions"
import { database } from "./database"
import { isUniqueViolation } from "./errors"
import type { RevokedReason } from "./sessions"
import { type Write, write } from "./statement"

export type User = {
  id: string
  email: string
  name: string | null
  passwordHash: string
  createdAt: Date
  disabledAt: Date | null
  /** Sign-ins from before this moment no longer count. */
  signInsCountFrom: Date | null
}

/**
 * Stores a User and, in the same commit, that they signed in.
 * @param user.email in its normal form (lib/accounts/email-address.ts)
 * @returns null when the email address is taken
 */
export async function insertUser(
  user: Omit<User, "createdAt" | "disabledAt" | "signInsCountFrom">,
  browserSession: BrowserSessionStart | null = null,
): Promise<User | null> {
  const { id, email, name, passwordHash } = user
  const createdAt = new Date()
  const insert = `INSERT INTO "User" ("id", "email", "name", "passwordHash", "createdAt") VALUES (?, ?, ?, ?, ?)`
  try {
    const signedIn = browserSession ? toWrites(id, browserSession) : []
    await write([insert, [id, email, name, passwordHash, createdAt]], ...signedIn)
    return { ...user, createdAt, disabledAt: null, signInsCountFrom: null }
  } catch (error) {
    if (isUniqueViolation(error)) return null
    throw error
  }
}

export async function findUser(id: string): Promise<User | null> {
  const db = await database()
  return db.user.findUnique({ where: { id } })
}

export async function findUserByEmail(email: string): Promise<User | null> {
  const db = await database()
  return db.user.findUnique({ where: { email } })
}

export async function listUsers(): Promise<User[]> {
  const db = await database()
  return db.user.findMany({ orderBy: { createdAt: "asc" } })
}

/**
 * Disables a User and ends, in the same commit, everything that they started: browser sessions and Sessions. Their
 * sign-ins until `now` are no longer valid.
 * @returns whether there is such a User
 */
export function setUserDisabled(id: string, now: Date): Promise<boolean> {
  const change: Write = [`UPDATE "User" SET "disabledAt" = ?, "signInsCountFrom" = ? WHERE "id" = ?`, [now, now, id]]
  return changeAndEndAccess(change, id, "user_disabled", now)
}

/** @returns whether there is such a User */
export async function setUserEnabled(id: string): Promise<boolean> {
  const db = await database()
  const { count } = await db.user.updateMany({ where: { id }, data: { disabledAt: null } })
  return count === 1
}

/**
 * Sets a password and ends, in the same commit, everything that was started with the old one. Sign-ins until `now` are
 * no longer valid.
 * @returns whether there is such a User
 */
export function setPasswordHash(id: string, passwordHash: string, now: Date): Promise<boolean> {
  const sql = `UPDATE "User" SET "passwordHash" = ?, "signInsCountFrom" = ? WHERE "id" = ?`
  return changeAndEndAccess([sql, [passwordHash, now, id]], id, "password_changed", now)
}

/** One commit: after a failure between these writes the User's clients would keep refreshing. */
async function changeAndEndAccess(change: Write, id: string, reason: RevokedReason, now: Date): Promise<boolean> {
  const [changed] = await write(
    change,
    [`DELETE FROM "BrowserSession" WHERE "userId" = ?`, [id]],
    [
      `UPDATE "Session" SET "revokedAt" = ?, "revokedReason" = ? WHERE "userId" = ? AND "revokedAt" IS NULL`,
      [now, reason, id],
    ],
  )
  return changed === 1
}

/** Deletes a User with everything that is theirs. @returns whether there was such a User */
export async function deleteUser(id: string): Promise<boolean> {
  const db = await database()
  const { count } = await db.user.deleteMany({ where: { id } })
  return count === 1
}
