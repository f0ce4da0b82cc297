import { changeRows } from "./statement"

export type Swept = { sessions: number; browserSessions: number; signInLimits: number }

/** Deletes some rows of a table by their key: neither database has a DELETE with a LIMIT. */
const deleteSome = (table: string, key: string, condition: string) =>
  `DELETE FROM "${table}" WHERE "${key}" IN (SELECT "${key}" FROM "${table}" WHERE ${condition} LIMIT ?) AND ${condition}`

// The idle end is never after the absolute end.
const deleteSessions = deleteSome("Session", "id", `"idleExpiresAt" < ?`)
const deleteBrowserSessions = deleteSome("BrowserSession", "tokenHash", `"expiresAt" < ?`)
const deleteSignInLimits = deleteSome("sign_in_limit", "key", `"expire" < ?`)

/**
 * Deletes up to `batch` expired rows of each kind. A code's row goes with its Session, never before, so that a replay
 * is seen for as long as the Session lives.
 */
export async function sweepBatch(now: Date, batch: number): Promise<Swept> {
  const ms = now.getTime()
  return {
    sessions: await changeRows(deleteSessions, [now, batch, now]),
    browserSessions: await changeRows(deleteBrowserSessions, [now, batch, now]),
    signInLimits: await changeRows(deleteSignInLimits, [ms, batch, ms]),
  }
}
