import { auditWrite, type NewAuditEvent, type Source } from "./audit-events"
import { listRows, type Value, type Write, write } from "./statement"

// What a restored backup brings back must end, however much it is. These statements go through a table once, by its keys, in
// batches, each in one commit with its event.

/** Rows per batch. A batch of this size blocks other writes to an SQLite file for some milliseconds. */
const defaultBatch = 1_000

/** Revokes every Session that was created before a time. @returns how many */
export function revokeSessionsBefore(before: Date, now: Date, source: Source, batch = defaultBatch): Promise<number> {
  const event = { ...source, kind: "sessions_revoked", at: now, detail: toDetail(before) } as const
  const which = `"revokedAt" IS NULL AND "createdAt" < ?`
  return inBatches({ table: "Session", key: "id", which, before, event, batch }, (range, values) => [
    `UPDATE "Session" SET "revokedAt" = ?, "revokedReason" = ? WHERE ${range}`,
    [now, "revoked_by_operator", ...values],
  ])
}

/** Deletes every BrowserSession of a sign-in before a time. @returns how many */
export function deleteBrowserSessionsBefore(
  before: Date,
  now: Date,
  source: Source,
  batch = defaultBatch,
): Promise<number> {
  const event = { ...source, kind: "browsers_ended", at: now, detail: toDetail(before) } as const
  const which = `"authenticatedAt" < ?`
  return inBatches({ table: "BrowserSession", key: "tokenHash", which, before, event, batch }, (range, values) => [
    `DELETE FROM "BrowserSession" WHERE ${range}`,
    values,
  ])
}

const toDetail = (before: Date) => `all before ${before.toISOString()}`

type Batches = { table: string; key: string; which: string; before: Date; event: NewAuditEvent; batch: number }

/** @param toWrite returns the write that ends the rows of a range of keys */
async function inBatches(
  { table, key, which, before, event, batch }: Batches,
  toWrite: (range: string, values: Value[]) => Write,
): Promise<number> {
  const select = `SELECT "${key}" FROM "${table}" WHERE "${key}" > ? AND ${which} ORDER BY "${key}" LIMIT ?`
  let total = 0
  let after: Value = ""
  while (true) {
    const last: Value | undefined = (await listRows(select, [after, before, batch])).at(-1)?.[0]
    if (last === undefined) return total
    const range = `"${key}" > ? AND "${key}" <= ? AND ${which}`
    const [changed = 0] = await write(toWrite(range, [after, last, before]), auditWrite(event))
    total += changed
    after = last
  }
}
