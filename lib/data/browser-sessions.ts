import { columnsOf } from "./columns"
import { database, inTransaction } from "./database"
import type { Prisma } from "./generated/sqlite/client"
import { findRow } from "./statement"
import type { User } from "./users"

export type BrowserSession = { tokenHash: string; userId: string; authenticatedAt: Date; expiresAt: Date; user: User }

/** A BrowserSession before it is stored, and the one that the browser had before, which ends. */
export type BrowserSessionStart = Omit<BrowserSession, "userId" | "user"> & { previousTokenHash: string | null }

/** Stores a BrowserSession and ends the browser's earlier one, in one commit. */
export function insertBrowserSession(userId: string, start: BrowserSessionStart): Promise<void> {
  return inTransaction((db) => replaceBrowserSession(db, userId, start))
}

/** Does the same inside a transaction that stores more than that. */
export async function replaceBrowserSession(
  db: Prisma.TransactionClient,
  userId: string,
  { previousTokenHash, ...row }: BrowserSessionStart,
): Promise<void> {
  await db.browserSession.create({ data: { ...row, userId } })
  if (previousTokenHash) await db.browserSession.deleteMany({ where: { tokenHash: previousTokenHash } })
}

const withUser = columnsOf("BrowserSession", "User")
const selectWithUser = `SELECT ${withUser.select} FROM "BrowserSession"
  JOIN "User" ON "User"."id" = "BrowserSession"."userId" WHERE "BrowserSession"."tokenHash" = ?`

export async function findBrowserSession(tokenHash: string): Promise<BrowserSession | null> {
  const row = await findRow(selectWithUser, [tokenHash])
  if (!row) return null
  const { BrowserSession, User } = withUser.read(row)
  return { ...BrowserSession, user: User }
}

export async function deleteBrowserSession(tokenHash: string): Promise<void> {
  const db = await database()
  await db.browserSession.deleteMany({ where: { tokenHash } })
}
