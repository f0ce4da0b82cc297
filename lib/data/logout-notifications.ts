import { columnsOf } from "./columns"
import type { LogoutNotification } from "./generated/sqlite/client"
import { changeRows, findRow, listRows, type Write } from "./statement"

export type { LogoutNotification }

/** A Session whose client has a backchannel_logout_uri: a notification is sent when the Session ends. */
type NotifiedSession = { sessionId: string; clientId: string }

type SessionsOf = { userId: string; browserSession?: string; clientId?: string }

const selectNotified = `SELECT "Session"."id", "Session"."clientId", "Session"."browserSession" FROM "Session"
  JOIN "Client" ON "Client"."clientId" = "Session"."clientId"
  WHERE "Session"."userId" = ? AND "Session"."revokedAt" IS NULL AND "Session"."startedAt" IS NOT NULL
  AND "Session"."expiresAt" > ? AND "Client"."backchannelLogoutUri" IS NOT NULL`
const insertRow = `INSERT INTO "LogoutNotification" ("sessionId", "clientId", "userId", "attempts", "nextAttemptAt")
  VALUES (?, ?, ?, 0, ?) ON CONFLICT ("sessionId") DO NOTHING`

/** The active Sessions of a User, or of one of their BrowserSessions or clients, whose client has a backchannel_logout_uri. */
export async function listNotifiedSessions(
  { userId, browserSession, clientId: only }: SessionsOf,
  now: Date,
): Promise<NotifiedSession[]> {
  const rows = await listRows(selectNotified, [userId, now])
  return rows
    .filter((row) => browserSession === undefined || row[2] === browserSession)
    .filter((row) => only === undefined || row[1] === only)
    .map(([sessionId, clientId]) => ({ sessionId: String(sessionId), clientId: String(clientId) }))
}

/** The writes that store a notification for each of these Sessions. They are committed with what ends the Sessions. */
export function toNotificationWrites(sessions: NotifiedSession[], userId: string, now: Date): Write[] {
  return sessions.map(({ sessionId, clientId }) => [insertRow, [sessionId, clientId, userId, now]])
}

/** The same for the Sessions that `listNotifiedSessions` finds. */
export async function notificationWrites(sessions: SessionsOf, now: Date): Promise<Write[]> {
  return toNotificationWrites(await listNotifiedSessions(sessions, now), sessions.userId, now)
}

const notification = columnsOf("LogoutNotification")
const selectDue = `SELECT ${notification.select} FROM "LogoutNotification" WHERE "nextAttemptAt" <= ?
  ORDER BY "nextAttemptAt" LIMIT ?`

// Prepared statements, because every server looks every few seconds, and Prisma slows the process that loads it.

/** The notifications whose next attempt is due, the oldest first. */
export async function listDueNotifications(now: Date, limit: number): Promise<LogoutNotification[]> {
  const rows = await listRows(selectDue, [now, limit])
  return rows.map((row) => notification.read(row).LogoutNotification)
}

/** How many notifications wait to be sent. */
export async function countWaitingNotifications(): Promise<number> {
  return Number((await findRow(`SELECT COUNT(*) FROM "LogoutNotification"`, []))?.[0] ?? 0)
}

/**
 * Claims an attempt, so that no other instance makes it too.
 * @param nextAttemptAt when another attempt is due, if this one fails or its process ends
 * @returns whether this caller makes the attempt
 */
export async function claimAttempt({ sessionId, attempts }: LogoutNotification, nextAttemptAt: Date): Promise<boolean> {
  const changed = await changeRows(
    `UPDATE "LogoutNotification" SET "attempts" = ?, "nextAttemptAt" = ? WHERE "sessionId" = ? AND "attempts" = ?`,
    [attempts + 1, nextAttemptAt, sessionId, attempts],
  )
  return changed === 1
}

export async function deleteNotification(sessionId: string): Promise<void> {
  await changeRows(`DELETE FROM "LogoutNotification" WHERE "sessionId" = ?`, [sessionId])
}
