import { type FlowOutcome, flowOutcomes } from "@/lib/data/flow-outcomes"
import { listReasonsWith } from "./reasons"
import type { FlowSummary } from "./recorded-flow"

/** The periods that end now, with their length in milliseconds. */
export const periods = {
  "15m": { label: "Last 15 minutes", ms: 15 * 60_000 },
  "1h": { label: "Last hour", ms: 3_600_000 },
  "24h": { label: "Last 24 hours", ms: 24 * 3_600_000 },
  "7d": { label: "Last 7 days", ms: 7 * 24 * 3_600_000 },
} as const

/** Which flows the list shows. A field that is undefined does not filter. Times are milliseconds since the epoch. */
export type FlowQuery = {
  /** Part of a client's name, an email address or a reason, or the start of a client ID or a flow ID. */
  text?: string
  /** An outcome, or the flows with refused requests. */
  outcome?: FlowOutcome | "refused"
  /** When the flow started: in a period that ends now, or between `from` and `to`. */
  period?: keyof typeof periods | "custom"
  from?: number
  /** The start of the last minute. */
  to?: number
  /** The flow after which the list continues. With an empty id, every flow of that millisecond is left out. */
  before?: { startedAt: number; id: string }
}

/** Milliseconds up to the year 5138, which both databases can store, and the id of a flow that started then. */
const beforeSyntax = /^(\d{1,14})(?:\.([A-Za-z0-9_-]{22}))?$/

/** What a datetime-local field sends. The inspector reads it as UTC. */
const minuteSyntax = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/
const minuteMs = 60_000

const maxTextLength = 256

/** @param search the query of the list's address */
export function parseFlowQuery(search: Record<string, string | string[] | undefined>): FlowQuery {
  // Postgres refuses some control characters, and nothing that can be found contains one.
  const read = (name: string) =>
    [search[name]]
      .flat()[0]
      ?.replace(/\p{Cc}/gu, "")
      .trim() || undefined
  const [, startedAt, before = ""] = beforeSyntax.exec(read("before") ?? "") ?? []
  const period = [...(Object.keys(periods) as (keyof typeof periods)[]), "custom" as const].find(
    (value) => value === read("period"),
  )
  return {
    text: read("q")?.slice(0, maxTextLength),
    outcome: ([...flowOutcomes, "refused"] as const).find((value) => value === read("outcome")),
    period,
    ...(period === "custom" && { from: parseMinute(read("from")), to: parseMinute(read("to")) }),
    before: startedAt === undefined ? undefined : { startedAt: Number(startedAt), id: before },
  }
}

function parseMinute(text = ""): number | undefined {
  const at = minuteSyntax.test(text) ? Date.parse(`${text}Z`) : Number.NaN
  return Number.isNaN(at) ? undefined : at
}

/** A minute as a datetime-local field shows it, in UTC. */
export function formatMinute(at: number | undefined): string | undefined {
  return at === undefined ? undefined : new Date(at).toISOString().slice(0, 16)
}

/** When a flow must have started: from, and before. */
export function startRange({ period, from, to }: FlowQuery, now: number): { from?: number; before?: number } {
  if (period === undefined) return {}
  if (period !== "custom") return { from: now - periods[period].ms }
  return { from, before: to === undefined ? undefined : to + minuteMs }
}

/** A shorter text is not taken for the start of an id: the ids of one year have the same first characters. */
export const minIdStart = 4

/** Whether a flow matches a query, regardless of `before`. */
export function matches(flow: FlowSummary, query: FlowQuery, now = Date.now()): boolean {
  const { text, outcome } = query
  const { from, before } = startRange(query, now)
  if (from !== undefined && flow.startedAt < from) return false
  if (before !== undefined && flow.startedAt >= before) return false
  if (text !== undefined && !containsText(flow, text)) return false
  return outcome === undefined || (outcome === "refused" ? flow.refused > 0 : flow.outcome === outcome)
}

function containsText({ id, client, person, reason }: FlowSummary, text: string): boolean {
  const wanted = text.toLowerCase()
  const isIdStart = text.length >= minIdStart && [id, client?.id].some((one) => one?.startsWith(text))
  const isPart = [client?.name, person].some((one) => one?.toLowerCase().includes(wanted))
  return isIdStart || isPart || listReasonsWith(text).some((one) => one === reason)
}

/** The address of the newest flows that match. */
export function listAddress({ before, ...query }: FlowQuery): string {
  return `/flows?${toParameters(query)}`
}

/** The address of the matching flows that are older than these. */
export function olderAddress(query: FlowQuery, flows: FlowSummary[]): string {
  const { startedAt, id } = flows.at(-1) ?? { startedAt: 0, id: "" }
  // Where the page cut its list, flows of one millisecond may be in another order than the database's: then it is better
  // to show some again than to leave one out.
  const before = flows.length < maxRows ? `${startedAt}.${id}` : String(startedAt + 1)
  return `/flows?${toParameters(query, { before })}`
}

/**
 * The address of the stream that keeps the list up to date. It leaves out what a request can change, so that a flow that
 * no longer matches is updated too.
 * @param after the id of the last event, or milliseconds since the epoch
 */
export function streamAddress({ text }: FlowQuery, after: string | number): string {
  const isReason = text !== undefined && listReasonsWith(text).length > 0
  return `/flows/stream?${toParameters(isReason ? {} : { text }, { after: String(after) })}`
}

function toParameters(query: FlowQuery, more: Record<string, string> = {}): URLSearchParams {
  const { text, outcome, period, from, to } = query
  const all = Object.entries({ q: text, outcome, period, from: formatMinute(from), to: formatMinute(to), ...more })
  return new URLSearchParams(all.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])))
}

/** How many flows the list keeps, however long the page stays open. */
export const maxRows = 200

/**
 * Updates the list with flows that changed. A new flow is added when it matches. A flow that no longer matches stays until
 * the list is loaded again, so that nothing disappears under the pointer.
 * @param oldestAt milliseconds since the epoch: flows that started earlier are on the next page
 */
export function putFlows(flows: FlowSummary[], changed: FlowSummary[], query: FlowQuery, oldestAt: number) {
  const byId = new Map(changed.map((flow) => [flow.id, flow]))
  const known = new Set(flows.map(({ id }) => id))
  const added = changed.filter(
    (flow) => !known.has(flow.id) && !query.before && flow.startedAt >= oldestAt && matches(flow, query),
  )
  const updated = flows.map((flow) => byId.get(flow.id) ?? flow)
  return [...updated, ...added].sort((a, b) => b.startedAt - a.startedAt).slice(0, maxRows)
}
