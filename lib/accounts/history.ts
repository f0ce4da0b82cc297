import { type AccountEventKind, type AuditEvent, listAccountEvents } from "@/lib/data/audit-events"

export type AccountEvent = Omit<AuditEvent, "kind"> & { kind: AccountEventKind }

/** What happened to a User's account, the newest first. Entries are kept for AUDIT_DAYS. */
export async function listHistory(userId: string, limit: number): Promise<AccountEvent[]> {
  return (await listAccountEvents(userId, limit)) as AccountEvent[]
}
