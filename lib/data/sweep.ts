import { write } from "./statement"

export type Swept = { sessions: number; browserSessions: number; operatorSessions: number; signInLimits: number }

/** Deletes some rows of a table by their key: neither database has a DELETE with a LIMIT. */
const deleteSome = (table: string, key: string, condition: string) =>
  `DELETE FROM "${table}" WHERE "${key}" IN (SELECT "${key}" FROM "${table}" WHERE ${condition} LIMIT ?) AND ${condition}`

// The idle end is never after the absolute end.
const deleteSessions = deleteSome("Session", "id", `"idleExpiresAt" < ?`)
const deleteBrowserSessions = deleteSome("BrowserSession", "tokenHash", `"expiresAt" < ?`)
const deleteOperatorSessions = deleteSome("OperatorSession", "tokenHash", `"expiresAt" < ?`)
const deleteSignInLimits = deleteSome("sign_in_limit", "key", `"expire" < ?`)

/**
 * Deletes up to `batch` expired rows of each kind. A code's row goes with its Session, never before, so that a replay
 * is seen for as long as the Session lives.
 */
export async function sweepBatch(now: Date, batch: number): Promise<Swept> {
  const ms = now.getTime()
  const [sessions = 0, browserSessions = 0, operatorSessions = 0, signInLimits = 0] = await write(
    [deleteSessions, [now, batch, now]],
    [deleteBrowserSessions, [now, batch, now]],
    [deleteOperatorSessions, [now, batch, now]],
    [deleteSignInLimits, [ms, batch, ms]],
  )
  return { sessions, browserSessions, operatorSessions, signInLimits }
}
