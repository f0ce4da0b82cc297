import { columnsOf } from "./columns"
import { notificationWrites } from "./logout-notifications"
import type { RevokedReason } from "./sessions"
import { findRow, type Write, write } from "./statement"
import type { User } from "./users"

export type BrowserSession = { tokenHash: string; userId: string; authenticatedAt: Date; expiresAt: Date; user: User }

/** A new BrowserSession, and the token hash of the browser's earlier one, which ends. */
export type BrowserSessionStart = Omit<BrowserSession, "userId" | "user"> & { previousTokenHash: string | null }

const insertRow = `INSERT INTO "BrowserSession" ("tokenHash", "userId", "authenticatedAt", "expiresAt") VALUES (?, ?, ?, ?)`
const deleteRow = `DELETE FROM "BrowserSession" WHERE "tokenHash" = ?`

/** A sign-in of the same User replaces the BrowserSession, so its Sessions belong to the new one. */
const moveSessions = `UPDATE "Session" SET "browserSession" = ? WHERE "userId" = ? AND "browserSession" = ?`

/** The writes that store a BrowserSession and end the browser's earlier one. */
export function browserSessionWrites(userId: string, start: BrowserSessionStart): Write[] {
  const { tokenHash, authenticatedAt, expiresAt, previousTokenHash } = start
  const inserted: Write = [insertRow, [tokenHash, userId, authenticatedAt, expiresAt]]
  return previousTokenHash
    ? [inserted, [deleteRow, [previousTokenHash]], [moveSessions, [tokenHash, userId, previousTokenHash]]]
    : [inserted]
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

// OpenID Connect Back-Channel Logout 1.0 section 2.7: "Refresh tokens issued without the offline_access property to a session
// being logged out SHOULD be revoked." Those with it are not.
const revokeSessions = `UPDATE "Session" SET "revokedAt" = ?, "revokedReason" = ?
  WHERE "userId" = ? AND "browserSession" = ? AND "revokedAt" IS NULL AND ' ' || "scope" || ' ' NOT LIKE ?`

/**
 * Deletes a BrowserSession. In the same commit, revokes the Sessions that were authorized in it without offline_access, and
 * stores the notifications for their clients.
 */
export async function deleteBrowserSession(tokenHash: string, now: Date): Promise<void> {
  const found = await findBrowserSession(tokenHash)
  if (!found) return
  const { userId } = found
  const reason: RevokedReason = "signed_out"
  await write([deleteRow, [tokenHash]], ...(await notificationWrites({ userId, browserSession: tokenHash }, now)), [
    revokeSessions,
    [now, reason, userId, tokenHash, "% offline_access %"],
  ])
}
