import { database } from "./database"

export type Swept = { sessions: number; browserSessions: number; signInLimits: number }

/**
 * Deletes up to `batch` expired rows of each kind. A code's row goes with its Session, never before, so that a replay
 * is seen for as long as the Session lives.
 */
export async function sweepBatch(now: Date, batch: number): Promise<Swept> {
  const db = await database()
  const sessions = await db.session.findMany({
    // The idle end is never after the absolute end.
    where: { idleExpiresAt: { lt: now } },
    select: { id: true },
    take: batch,
  })
  const browserSessions = await db.browserSession.findMany({
    where: { expiresAt: { lt: now } },
    select: { tokenHash: true },
    take: batch,
  })
  const limits = await db.signInLimit.findMany({
    where: { expire: { lt: now.getTime() } },
    select: { key: true },
    take: batch,
  })
  return {
    sessions: await deleted(sessions, (rows) =>
      db.session.deleteMany({ where: { id: { in: rows.map(({ id }) => id) } } }),
    ),
    browserSessions: await deleted(browserSessions, (rows) =>
      db.browserSession.deleteMany({ where: { tokenHash: { in: rows.map(({ tokenHash }) => tokenHash) } } }),
    ),
    signInLimits: await deleted(limits, (rows) =>
      db.signInLimit.deleteMany({ where: { key: { in: rows.map(({ key }) => key) }, expire: { lt: now.getTime() } } }),
    ),
  }
}

async function deleted<Row>(rows: Row[], remove: (rows: Row[]) => Promise<{ count: number }>): Promise<number> {
  return rows.length === 0 ? 0 : (await remove(rows)).count
}
