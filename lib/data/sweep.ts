import { database } from "./database"

export type Swept = { sessions: number; browserSessions: number; operatorSessions: number; signInLimits: number }

/**
 * Deletes up to `batch` expired rows of each kind, by their keys: neither database has a DELETE with a LIMIT. A code's row
 * goes with its Session, never before, so that a replay is seen for as long as the Session lives.
 */
export async function sweepBatch(now: Date, batch: number): Promise<Swept> {
  const db = await database()
  // The idle end is never after the absolute end.
  const idle = { idleExpiresAt: { lt: now } }
  const expired = { expiresAt: { lt: now } }
  const ended = { expire: { lt: now.getTime() } }
  const tokenHash = { tokenHash: true } as const
  const sessions = await db.session.findMany({ where: idle, select: { id: true }, take: batch })
  const browsers = await db.browserSession.findMany({ where: expired, select: tokenHash, take: batch })
  const operators = await db.operatorSession.findMany({ where: expired, select: tokenHash, take: batch })
  const limits = await db.signInLimit.findMany({ where: ended, select: { key: true }, take: batch })
  return {
    sessions: (await db.session.deleteMany({ where: { OR: sessions, ...idle } })).count,
    browserSessions: (await db.browserSession.deleteMany({ where: { OR: browsers, ...expired } })).count,
    operatorSessions: (await db.operatorSession.deleteMany({ where: { OR: operators, ...expired } })).count,
    signInLimits: (await db.signInLimit.deleteMany({ where: { OR: limits, ...ended } })).count,
  }
}
