import { pick, selectOf } from "./columns"
import { database } from "./database"
import { findRow, type Row } from "./statement"
import type { User } from "./users"

export type BrowserSession = { tokenHash: string; userId: string; authenticatedAt: Date; expiresAt: Date; user: User }

export async function insertBrowserSession(row: Omit<BrowserSession, "user">): Promise<void> {
  const db = await database()
  await db.browserSession.create({ data: row })
}

const selectWithUser = `SELECT ${selectOf("BrowserSession", "User")} FROM "BrowserSession"
  JOIN "User" ON "User"."id" = "BrowserSession"."userId" WHERE "BrowserSession"."tokenHash" = ?`

export async function findBrowserSession(tokenHash: string): Promise<BrowserSession | null> {
  const row = await findRow<Row>(selectWithUser, [tokenHash])
  return row && { ...pick<Omit<BrowserSession, "user">>(row, "BrowserSession"), user: pick<User>(row, "User") }
}

export async function deleteBrowserSession(tokenHash: string): Promise<void> {
  const db = await database()
  await db.browserSession.deleteMany({ where: { tokenHash } })
}

export async function deleteBrowserSessionsOfUser(userId: string): Promise<number> {
  const db = await database()
  return (await db.browserSession.deleteMany({ where: { userId } })).count
}
