import { database } from "./database"
import type { User } from "./users"

export type BrowserSession = { tokenHash: string; userId: string; authenticatedAt: Date; expiresAt: Date; user: User }

export async function insertBrowserSession(row: Omit<BrowserSession, "user">): Promise<void> {
  const db = await database()
  await db.browserSession.create({ data: row })
}

export async function findBrowserSession(tokenHash: string): Promise<BrowserSession | null> {
  const db = await database()
  return db.browserSession.findUnique({ where: { tokenHash }, include: { user: true } })
}

export async function deleteBrowserSession(tokenHash: string): Promise<void> {
  const db = await database()
  await db.browserSession.deleteMany({ where: { tokenHash } })
}

export async function deleteBrowserSessionsOfUser(userId: string): Promise<number> {
  const db = await database()
  return (await db.browserSession.deleteMany({ where: { userId } })).count
}
