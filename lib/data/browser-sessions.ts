import { columnsOf } from "./columns"
import { database } from "./database"
import { findRow } from "./statement"
import type { User } from "./users"

export type BrowserSession = { tokenHash: string; userId: string; authenticatedAt: Date; expiresAt: Date; user: User }

export async function insertBrowserSession(row: Omit<BrowserSession, "user">): Promise<void> {
  const db = await database()
  await db.browserSession.create({ data: row })
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

export async function deleteBrowserSessionsOfUser(userId: string): Promise<number> {
  const db = await database()
  return (await db.browserSession.deleteMany({ where: { userId } })).count
}
