import {
  listSecurityEvents,
  type SecurityEventKind,
  type SecurityEvent as SecurityEventRow,
} from "@/lib/data/security-events"

export type SecurityEvent = Omit<SecurityEventRow, "kind"> & { kind: SecurityEventKind }

/** What happened to a User's account, the newest first. Entries are kept for 90 days. */
export async function listHistory(userId: string, limit: number): Promise<SecurityEvent[]> {
  return (await listSecurityEvents(userId, limit)) as SecurityEvent[]
}
