import { type BrowserSessionStart, replaceBrowserSession } from "./browser-sessions"
import { database, inTransaction } from "./database"
import { isUniqueViolation } from "./errors"
import type { User } from "./generated/sqlite/client"
import type { RevokedReason } from "./sessions"

export type { User }

/**
 * Stores a User and, in the same commit, that they signed in.
 * @param user.email in its normal form (lib/accounts/email-address.ts)
 * @returns null when the email address is taken
 */
export async function insertUser(
  user: Omit<User, "createdAt" | "disabledAt" | "signInsCountFrom">,
  browserSession: BrowserSessionStart | null = null,
): Promise<User | null> {
  try {
    return await inTransaction(async (db) => {
      const stored = await db.user.create({ data: { ...user, createdAt: new Date() } })
      if (browserSession) await replaceBrowserSession(db, user.id, browserSession)
      return stored
    })
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
  return changeAndEndAccess(id, { disabledAt: now, signInsCountFrom: now }, "user_disabled", now)
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
  return changeAndEndAccess(id, { passwordHash, signInsCountFrom: now }, "password_changed", now)
}

/** One commit: after a failure between these writes the User's clients would keep refreshing. */
function changeAndEndAccess(id: string, change: Partial<User>, reason: RevokedReason, now: Date): Promise<boolean> {
  return inTransaction(async (db) => {
    const { count } = await db.user.updateMany({ where: { id }, data: change })
    await db.browserSession.deleteMany({ where: { userId: id } })
    await db.session.updateMany({
      where: { userId: id, revokedAt: null },
      data: { revokedAt: now, revokedReason: reason },
    })
    return count === 1
  })
}

/** Deletes a User with everything that is theirs. @returns whether there was such a User */
export async function deleteUser(id: string): Promise<boolean> {
  const db = await database()
  const { count } = await db.user.deleteMany({ where: { id } })
  return count === 1
}
