import { columnsOf } from "./columns"
import { changeRows, findRow, type Write, write } from "./statement"
import type { User } from "./users"

export type BrowserSession = { tokenHash: string; userId: string; authenticatedAt: Date; expiresAt: Date; user: User }

const deleteOne = `DELETE FROM "BrowserSession" WHERE "tokenHash" = ?`

/** A BrowserSession before it is stored, and the one that the browser had before, which ends. */
export type BrowserSessionStart = Omit<BrowserSession, "userId" | "user"> & { previousTokenHash: string | null }

/** Stores a BrowserSession and ends the browser's earlier one, in one commit. */
export async function insertBrowserSession(userId: string, start: BrowserSessionStart): Promise<void> {
  await write(...toWrites(userId, start))
}

/** The writes of `insertBrowserSession`, for a commit that stores more than that. */
export function toWrites(userId: string, start: BrowserSessionStart): Write[] {
  const { tokenHash, authenticatedAt, expiresAt, previousTokenHash } = start
  const insert = `INSERT INTO "BrowserSession" ("tokenHash", "userId", "authenticatedAt", "expiresAt") VALUES (?, ?, ?, ?)`
  const write: Write = [insert, [tokenHash, userId, authenticatedAt, expiresAt]]
  return previousTokenHash ? [write, [deleteOne, [previousTokenHash]]] : [write]
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
  await changeRows(deleteOne, [tokenHash])
}
