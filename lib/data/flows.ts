import { columnNames, columnsOf } from "./columns"
import { type FlowOutcome, flowOutcomes } from "./flow-outcomes"
import type { RecordedFlow as FlowRow } from "./generated/sqlite/client"
import { listRows, type Row, type Value, type Write, write } from "./statement"

// The rows of the flow inspector. Flows do not depend on them.

/** A request of a flow, as JSON. */
export type FlowEvent = { seq: number; flowId: string; data: string }

/** A flow. In an update, null leaves a column unchanged. `refused` counts failed requests that did not decide the outcome. */
export type RecordedFlow = Omit<FlowRow, "outcome"> & { outcome: FlowOutcome }

const event = columnsOf("FlowEvent")
const flow = columnsOf("RecordedFlow")
const flowColumns = columnNames("RecordedFlow") as (keyof FlowRow)[]
const insertEvent = `INSERT INTO "FlowEvent" ("seq", "flowId", "data") VALUES (?, ?, ?) ON CONFLICT ("seq") DO NOTHING`
/** Sets a column of the stored row to the new value if the condition is true. */
const choose = (column: string, condition: string, value = `excluded."${column}"`) =>
  `"${column}" = CASE WHEN ${condition} THEN ${value} ELSE "RecordedFlow"."${column}" END`
const later = `excluded."lastAt" >= "RecordedFlow"."lastAt"`
const known = (column: string) => `COALESCE(excluded."${column}", "RecordedFlow"."${column}")`
// Instances store their parts in any order, so the result must not depend on it.
const upsertFlow = `INSERT INTO "RecordedFlow" (${flowColumns.map((name) => `"${name}"`)})
  VALUES (${flowColumns.map(() => "?")})
  ON CONFLICT ("id") DO UPDATE SET "clientId" = ${known("clientId")}, "userId" = ${known("userId")},
  ${choose("lastStep", later, known("lastStep"))}, ${choose("reason", later, known("reason"))},
  ${choose("startedAt", `excluded."startedAt" < "RecordedFlow"."startedAt"`)}, ${choose("lastAt", later)},
  ${choose("outcome", `excluded."outcome" > "RecordedFlow"."outcome"`)},
  "refused" = excluded."refused" + "RecordedFlow"."refused"`

/** Stores events and updates their flows. */
export async function recordFlows(events: FlowEvent[], flows: RecordedFlow[]): Promise<void> {
  await write(
    ...events.map(({ seq, flowId, data }): Write => [insertEvent, [seq, flowId, data]]),
    // Always in the same order, so that two instances that write the same flows cannot deadlock.
    ...flows
      .toSorted((a, b) => (a.id < b.id ? -1 : 1))
      .map((flow) => ({ ...flow, outcome: rankOf(flow.outcome) }))
      .map((row): Write => [upsertFlow, flowColumns.map((column) => row[column])]),
  )
}

const rankOf = (outcome: FlowOutcome) => flowOutcomes.indexOf(outcome)

/** Lists the events with a higher `seq` than `after`, without their data. */
export async function listFlowChanges(after: number): Promise<Omit<FlowEvent, "data">[]> {
  const rows = await listRows(`SELECT "seq", "flowId" FROM "FlowEvent" WHERE "seq" > ?`, [after])
  return rows.map(([seq, flowId]) => ({ seq: Number(seq), flowId: String(flowId) }))
}

/**
 * Lists events of one flow in the order of `seq`.
 * @param after list events after this `seq`; null lists the newest events
 */
export async function listFlowEvents(flowId: string, after: number | null, limit: number): Promise<FlowEvent[]> {
  const rows = await listRows(
    `SELECT ${event.select} FROM "FlowEvent" WHERE "flowId" = ? AND "seq" > ?
      ORDER BY "seq" ${after === null ? "DESC" : "ASC"} LIMIT ?`,
    [flowId, after ?? 0, limit],
  )
  const events = rows.map((row) => event.read(row).FlowEvent as unknown as FlowEvent)
  return after === null ? events.reverse() : events
}

export type FlowFilter = {
  id?: string
  /** Part of the Client's name or the User's email address in any case, or one of the reasons. */
  text?: { part: string; reasons: readonly string[] /** Whether the text may also start an id. */; isIdStart: boolean }
  outcome?: FlowOutcome
  /** Whether to list only flows with refused requests. */
  refused?: boolean
  startedFrom?: Date
  startedBefore?: Date
  /** Lists the flows that follow this one in the list. */
  before?: { startedAt: Date; id: string }
  changedSince?: Date
}

/** A flow with its Client's name and its User's email address; null when they no longer exist. */
export type ListedFlow = RecordedFlow & { clientName: string | null; email: string | null }

/**
 * The outcome of a flow. The Session's row takes precedence: an operator can revoke it without a request, and a request may
 * not have been recorded. The value is the earliest start of a flow that can still be in progress.
 */
const outcome = `CASE WHEN "Session"."revokedAt" IS NOT NULL THEN ${rankOf("revoked")}
  WHEN "RecordedFlow"."outcome" < ${rankOf("succeeded")} AND "Session"."startedAt" IS NOT NULL THEN ${rankOf("succeeded")}
  WHEN "RecordedFlow"."outcome" = ${rankOf("in progress")} AND "RecordedFlow"."startedAt" < ? THEN ${rankOf("failed")}
  ELSE "RecordedFlow"."outcome" END`

const selectFlows = `SELECT ${flow.select}, ${outcome}, "Client"."clientName", "User"."email"
  FROM "RecordedFlow" LEFT JOIN "Session" ON "Session"."id" = "RecordedFlow"."id"
  LEFT JOIN "Client" ON "Client"."clientId" = "RecordedFlow"."clientId"
  LEFT JOIN "User" ON "User"."id" = "RecordedFlow"."userId"`

type Condition = [sql: string, ...values: Value[]]

/** The text is matched by LIKE, with `!` before the characters that have a meaning there. */
function textCondition({ part, reasons, isIdStart }: NonNullable<FlowFilter["text"]>): Condition {
  const pattern = `%${part.replace(/[!%_]/g, "!$&")}%`
  const has = (column: string): Condition => [`lower(${column}) LIKE lower(CAST(? AS TEXT)) ESCAPE '!'`, pattern]
  const startsWith = (column: string): Condition => [`substr(${column}, 1, ?) = ?`, part.length, part]
  const conditions: Condition[] = [
    has(`COALESCE("Client"."clientName", "RecordedFlow"."clientId")`),
    has(`"User"."email"`),
    ...(isIdStart ? [`"RecordedFlow"."id"`, `"RecordedFlow"."clientId"`].map(startsWith) : []),
    ...reasons.map((reason): Condition => [`"RecordedFlow"."reason" = ?`, reason]),
  ]
  return [`(${conditions.map(([sql]) => sql).join(" OR ")})`, ...conditions.flatMap(([, ...values]) => values)]
}

/**
 * Lists flows, the newest first; with `changedSince`, the least recently changed first.
 * @param expired the earliest start of a flow that can still be in progress; an earlier one has failed
 */
export async function listRecordedFlows(filter: FlowFilter, expired: Date, limit: number): Promise<ListedFlow[]> {
  const { before } = filter
  const conditions: [sql: string, ...values: (Value | undefined)[]][] = [
    [`"RecordedFlow"."id" = ?`, filter.id],
    [`${outcome} = ?`, expired, filter.outcome && rankOf(filter.outcome)],
    [`"RecordedFlow"."refused" > ?`, filter.refused ? 0 : undefined],
    [`"RecordedFlow"."startedAt" >= ?`, filter.startedFrom],
    [`"RecordedFlow"."startedAt" < ?`, filter.startedBefore],
    // Several flows may start in one millisecond. Both databases use the index on "startedAt".
    [`("RecordedFlow"."startedAt", "RecordedFlow"."id") < (?, ?)`, before?.startedAt, before?.id],
    [`"RecordedFlow"."lastAt" > ?`, filter.changedSince],
    ...(filter.text ? [textCondition(filter.text)] : []),
  ]
  const given = conditions.filter((condition): condition is Condition => !condition.includes(undefined))
  const rows = await listRows(
    `${selectFlows} ${given.length > 0 ? `WHERE ${given.map(([sql]) => sql).join(" AND ")}` : ""}
      ORDER BY ${filter.changedSince ? `"RecordedFlow"."lastAt"` : `"RecordedFlow"."startedAt" DESC, "RecordedFlow"."id" DESC`} LIMIT ?`,
    [expired, ...given.flatMap(([, ...values]) => values), limit],
  )
  return rows.map(toListedFlow)
}

function toListedFlow(row: Row): ListedFlow {
  const [result, clientName, email] = row.slice(flowColumns.length) as [number, string | null, string | null]
  return { ...flow.read(row).RecordedFlow, outcome: flowOutcomes[result] ?? "in progress", clientName, email }
}

/** Finds the `seq` of the newest event beyond the newest `kept`; 0 when there is none. */
export async function findNewestSurplus(kept: number): Promise<number> {
  const [row] = await listRows(`SELECT "seq" FROM "FlowEvent" ORDER BY "seq" DESC LIMIT 1 OFFSET ?`, [kept])
  return Number(row?.[0] ?? 0)
}

const deleteEvents = `DELETE FROM "FlowEvent" WHERE "seq" IN
  (SELECT "seq" FROM "FlowEvent" WHERE "seq" <= ? ORDER BY "seq" LIMIT ?)`
const deleteFlows = `DELETE FROM "RecordedFlow" WHERE "id" IN (SELECT "id" FROM "RecordedFlow" WHERE "lastAt" < ? LIMIT ?)`

/**
 * Deletes up to `batch` events, and up to `batch` flows: events up to `seq`, flows that have not changed since `lastAt`.
 * @returns the number of deleted events and flows
 */
export async function sweepFlows(upTo: { seq: number; lastAt: Date }, batch: number) {
  const [events = 0, flows = 0] = await write([deleteEvents, [upTo.seq, batch]], [deleteFlows, [upTo.lastAt, batch]])
  return { events, flows }
}

/** Finds the latest of the Client's newest flows with an event that contains this text. @returns its ID, or null */
export async function findFlowWithText(clientId: string, text: string): Promise<string | null> {
  const [row] = await listRows(
    `SELECT "flowId" FROM "FlowEvent" WHERE "flowId" IN
      (SELECT "id" FROM "RecordedFlow" WHERE "clientId" = ? ORDER BY "startedAt" DESC LIMIT 20) AND "data" LIKE ?
      ORDER BY "seq" DESC LIMIT 1`,
    [clientId, `%${text}%`],
  )
  return row ? String(row[0]) : null
}
