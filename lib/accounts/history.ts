import { type AccountEventKind, type AuditEvent, listAccountEvents, listFailedSignIns } from "@/lib/data/audit-events"

/** `count`: how many failed sign-ins in a row the entry contains; 1 for every other event. */
export type AccountEvent = Omit<AuditEvent, "kind"> & { kind: AccountEventKind; count: number }

/** How many failed sign-ins are read. */
const maxFailures = 1_000

/**
 * What happened to a User's account, the newest first. Entries are kept for AUDIT_DAYS. Consecutive failed sign-ins
 * become one entry and do not count toward `limit`, because anyone can cause them.
 * @param limit how many events other than failed sign-ins
 */
export async function listHistory(userId: string, limit: number): Promise<AccountEvent[]> {
  const [events, failures] = await Promise.all([
    listAccountEvents(userId, limit),
    listFailedSignIns(userId, maxFailures),
  ])
  const oldest = events.length === limit ? events.at(-1)?.at : undefined
  const shown = failures.filter(({ at }) => oldest === undefined || at >= oldest)
  const history: AccountEvent[] = []
  for (const event of [...events, ...shown].sort((a, b) => b.at.getTime() - a.at.getTime())) {
    const last = history.at(-1)
    if (event.kind === "sign_in_failed" && last?.kind === event.kind) last.count++
    else history.push({ ...event, kind: event.kind as AccountEventKind, count: 1 })
  }
  return history
}
