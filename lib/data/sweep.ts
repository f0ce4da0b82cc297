import { deleteUnusedClients } from "./clients"
import { changeRows, type Value } from "./statement"

export type Swept = {
  sessions: number
  browserSessions: number
  operatorSessions: number
  signInLimits: number
  usedJwts: number
  deviceCodes: number
  emailLinks: number
  mail: number
  auditEvents: number
  clients: number
}

/**
 * Deletes up to `batch` expired rows of each kind, and clients that no one has used, by their keys, because neither database has DELETE with LIMIT. A code's
 * row is deleted with its Session, never before, so that a replay is detected while the Session exists.
 */
export async function sweepBatch(
  now: Date,
  unusedClientsBefore: Date,
  eventsBefore: Date,
  batch: number,
): Promise<Swept> {
  return {
    // The idle end is never after the absolute end.
    sessions: await deleteExpired("Session", "id", "idleExpiresAt", now, batch),
    browserSessions: await deleteExpired("BrowserSession", "tokenHash", "expiresAt", now, batch),
    operatorSessions: await deleteExpired("OperatorSession", "tokenHash", "expiresAt", now, batch),
    usedJwts: await deleteExpired("UsedJwt", "id", "expiresAt", now, batch),
    deviceCodes: await deleteExpired("DeviceCode", "id", "expiresAt", now, batch),
    emailLinks: await deleteExpired("EmailLink", "tokenHash", "expiresAt", now, batch),
    mail: await deleteExpired("Mail", "id", "expiresAt", now, batch),
    auditEvents: await deleteExpired("AuditEvent", "id", "at", eventsBefore, batch),
    signInLimits: await deleteExpired("sign_in_limit", "key", "expire", now.getTime(), batch),
    clients: await deleteUnusedClients(unusedClientsBefore, batch),
  }
}

/** Compares the end again in the DELETE, because a Session may be refreshed after its selection. */
function deleteExpired(table: string, key: string, end: string, before: Value, batch: number): Promise<number> {
  const expired = `"${end}" < ?`
  const keys = `SELECT "${key}" FROM "${table}" WHERE ${expired} LIMIT ?`
  return changeRows(`DELETE FROM "${table}" WHERE "${key}" IN (${keys}) AND ${expired}`, [before, batch, before])
}
