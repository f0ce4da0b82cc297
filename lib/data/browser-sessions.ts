import { columnsOf } from "./columns"
import { changeRows, findRow, type Write, write } from "./statement"
import type { User } from "./users"

export type BrowserSession = { tokenHash: string; userId: string; authenticatedAt: Date; expiresAt: Date; user: User }

/** A new BrowserSession, and the token hash of the browser's earlier one, which ends. */
export type BrowserSessionStart = Omit<BrowserSession, "userId" | "user"> & { previousTokenHash: string | null }

const insertRow = `INSERT INTO "BrowserSession" ("tokenHash", "userId", "authenticatedAt", "expiresAt") VALUES (?, ?, ?, ?)`
const deleteRow = `DELETE FROM "BrowserSession" WHERE "tokenHash" = ?`

/** The writes that store a BrowserSession and end the browser's earlier one. */
export function browserSessionWrites(userId: string, start: BrowserSessionStart): Write[] {
  const { tokenHash, authenticatedAt, expiresAt, previousTokenHash } = start
  const inserted: Write = [insertRow, [tokenHash, userId, authenticatedAt, expiresAt]]
  return previousTokenHash ? [inserted, [deleteRow, [previousTokenHash]]] : [inserted]
}

/** Stores a BrowserSession and ends the browser's earlier one, in one commit. */
export async function insertBrowserSession(userId: string, start: BrowserSessionStart): Promise<void> {
  await write(...browserSessionWrites(userId, start))
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
  await changeRows(deleteRow, [tokenHash])
}
