import { auditWrite, type NewAuditEvent } from "./audit-events"
import { toList } from "./columns"
import { database } from "./database"
import { notificationWrites } from "./logout-notifications"
import type { RevokedReason } from "./sessions"
import { write } from "./statement"

/** A Client that a User has allowed something, or that has an active Session of theirs. */
export type ConnectedApp = {
  clientId: string
  clientName: string
  redirectUris: string[]
  scope: string[]
  since: Date
  /** When it last got or refreshed tokens; null when that is not known any more. */
  lastUsedAt: Date | null
}

const clientFacts = { select: { clientName: true, redirectUris: true } }

/** The apps of a User, those used last first. */
export async function listConnectedApps(userId: string, now: Date): Promise<ConnectedApp[]> {
  const db = await database()
  const active = { userId, revokedAt: null, startedAt: { not: null }, idleExpiresAt: { gt: now } }
  const [consents, sessions] = await Promise.all([
    db.consent.findMany({ where: { userId }, include: { client: clientFacts } }),
    db.session.findMany({ where: active, include: { client: clientFacts } }),
  ])
  const apps = new Map<string, ConnectedApp>()
  for (const { clientId, client, scope, grantedAt } of consents) {
    apps.set(clientId, { clientId, ...toFacts(client), scope: toList(scope), since: grantedAt, lastUsedAt: null })
  }
  for (const { clientId, client, scope, createdAt, startedAt, rotatedAt } of sessions) {
    const known = apps.get(clientId)
    const usedAt = rotatedAt ?? startedAt
    apps.set(clientId, {
      clientId,
      ...toFacts(client),
      scope: [...new Set([...(known?.scope ?? []), ...toList(scope)])],
      since: known && known.since < createdAt ? known.since : createdAt,
      lastUsedAt: known?.lastUsedAt && usedAt && known.lastUsedAt > usedAt ? known.lastUsedAt : usedAt,
    })
  }
  return [...apps.values()].sort((a, b) => (b.lastUsedAt ?? b.since).getTime() - (a.lastUsedAt ?? a.since).getTime())
}

const toFacts = ({ clientName, redirectUris }: { clientName: string; redirectUris: string }) => ({
  clientName,
  redirectUris: toList(redirectUris),
})

/**
 * Ends what a User allowed a Client: the Consent and every Session, codes that are not redeemed included. In the same commit,
 * stores the notifications for the Client and the event.
 */
export async function disconnectApp(userId: string, clientId: string, event: NewAuditEvent): Promise<void> {
  const reason: RevokedReason = "disconnected_by_user"
  await write(
    [`DELETE FROM "Consent" WHERE "userId" = ? AND "clientId" = ?`, [userId, clientId]],
    ...(await notificationWrites({ userId, clientId }, event.at)),
    [
      `UPDATE "Session" SET "revokedAt" = ?, "revokedReason" = ?
        WHERE "userId" = ? AND "clientId" = ? AND "revokedAt" IS NULL`,
      [event.at, reason, userId, clientId],
    ],
    auditWrite(event),
  )
}
