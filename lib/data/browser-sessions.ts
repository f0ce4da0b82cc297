import { auditWrite, type NewAuditEvent, type Source } from "./audit-events"
import { columnsOf } from "./columns"
import { database } from "./database"
import type { BrowserSession as BrowserSessionRow } from "./generated/sqlite/client"
import { listNotifiedSessions, toNotificationWrites } from "./logout-notifications"
import type { RevokedReason } from "./sessions"
import { changeRows, findRow, type Write, write } from "./statement"
import type { User } from "./users"

export type BrowserSession = BrowserSessionRow & { user: User }

/** A new BrowserSession, and the token hash of the browser's earlier one, which ends. `kind` is null when a second factor is still missing. */
export type BrowserSessionStart = Pick<BrowserSession, "tokenHash" | "authenticatedAt" | "expiresAt"> &
  Source & {
    amr?: string
    previousTokenHash: string | null
    /** Whether the earlier one goes on when it is another User's: the person has added an account. */
    keepsOthers?: boolean
    kind?: "signed_in" | "signed_up" | null
  }

const insertRow = `INSERT INTO "BrowserSession"
  ("tokenHash", "userId", "authenticatedAt", "expiresAt", "lastUsedAt", "browser", "os", "amr")
  VALUES (?, ?, ?, ?, ?, ?, ?, ?)`
/**
 * The guard of what someone may do who is signed in in this browser: it is stored before a sign-out, which then ends it too,
 * or not at all.
 */
export const browserSessionGuard = (tokenHash: string): Write => [
  `SELECT 1 FROM "BrowserSession" WHERE "tokenHash" = ?`,
  [tokenHash],
]

const deleteRow = `DELETE FROM "BrowserSession" WHERE "tokenHash" = ?`

/** A sign-in of the same User replaces the BrowserSession, so its Sessions belong to the new one. */
const moveSessions = `UPDATE "Session" SET "browserSession" = ? WHERE "userId" = ? AND "browserSession" = ?`

/**
 * The writes that store a BrowserSession and end the browser's earlier one: of the same User, its Sessions continue with the
 * new one; of another User, they end as after a sign-out.
 */
export async function browserSessionWrites(userId: string, start: BrowserSessionStart): Promise<Write[]> {
  const { tokenHash, authenticatedAt, expiresAt, previousTokenHash, keepsOthers, kind = "signed_in" } = start
  const { browser = null, os = null, amr = "pwd", address, flowId } = start
  const inserted: Write[] = [
    [insertRow, [tokenHash, userId, authenticatedAt, expiresAt, authenticatedAt, browser, os, amr]],
    ...(kind ? [auditWrite({ userId, kind, at: authenticatedAt, browser, os, address, flowId })] : []),
  ]
  const previous = previousTokenHash ? await findBrowserSession(previousTokenHash) : null
  if (!previous || (keepsOthers && previous.userId !== userId)) return inserted
  return previous.userId === userId
    ? [...inserted, [deleteRow, [previous.tokenHash]], [moveSessions, [tokenHash, userId, previous.tokenHash]]]
    : [...inserted, ...(await prepareEnd(previous, authenticatedAt)).writes]
}

/** Stores a BrowserSession and ends the browser's earlier one, in one commit. */
export async function insertBrowserSession(userId: string, start: BrowserSessionStart): Promise<void> {
  await write(...(await browserSessionWrites(userId, start)))
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

/** Records that a BrowserSession was used, unless that was recorded after `since`. */
export async function touchBrowserSession(tokenHash: string, since: Date, now: Date): Promise<void> {
  const stale = `"tokenHash" = ? AND ("lastUsedAt" IS NULL OR "lastUsedAt" < ?)`
  await changeRows(`UPDATE "BrowserSession" SET "lastUsedAt" = ? WHERE ${stale}`, [now, tokenHash, since])
}

/** The BrowserSessions of a User that have not expired, those used last first. */
export async function listBrowserSessions(userId: string, now: Date): Promise<BrowserSessionRow[]> {
  const db = await database()
  const rows = await db.browserSession.findMany({ where: { userId, expiresAt: { gt: now } } })
  const usedAt = ({ lastUsedAt, authenticatedAt }: BrowserSessionRow) => (lastUsedAt ?? authenticatedAt).getTime()
  return rows.sort((a, b) => usedAt(b) - usedAt(a))
}

/**
 * Deletes a BrowserSession. In the same commit, revokes the Sessions that were authorized in it without offline_access, and
 * stores the notifications for their clients.
 * @returns the client ID of each stored notification
 */
export async function deleteBrowserSession(tokenHash: string, now: Date, source: Source): Promise<string[]> {
  const found = await findBrowserSession(tokenHash)
  if (!found) return []
  const event = { ...source, kind: "signed_out", at: now, userId: found.userId } as const
  const { writes, notified } = await prepareEnd(found, now)
  await write(...writes, auditWrite(event))
  return notified.map(({ clientId }) => clientId)
}

/**
 * Deletes BrowserSessions of one User as `deleteBrowserSession`, all in one commit with the event. A link that changes the
 * email address may have been requested in one of them, so it ends too.
 */
export async function deleteBrowserSessions(
  sessions: Pick<BrowserSession, "tokenHash" | "userId">[],
  event: NewAuditEvent,
): Promise<void> {
  const ends = await Promise.all(sessions.map((session) => prepareEnd(session, event.at)))
  const links: Write = [
    `DELETE FROM "EmailLink" WHERE "userId" = ? AND "purpose" = 'change_email'`,
    [event.userId ?? ""],
  ]
  await write(...ends.flatMap(({ writes }) => writes), links, auditWrite(event))
}

/** The writes that end a BrowserSession, and the Sessions whose clients they notify. */
async function prepareEnd({ tokenHash, userId }: Pick<BrowserSession, "tokenHash" | "userId">, now: Date) {
  const reason: RevokedReason = "signed_out"
  const notified = await listNotifiedSessions({ userId, browserSession: tokenHash }, now)
  const writes: Write[] = [
    [deleteRow, [tokenHash]],
    ...toNotificationWrites(notified, userId, now),
    [revokeSessions, [now, reason, userId, tokenHash, "% offline_access %"]],
  ]
  return { writes, notified }
}
