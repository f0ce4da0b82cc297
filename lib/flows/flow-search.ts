import { type FlowOutcome, flowOutcomes } from "@/lib/data/flow-outcomes"
import type { FlowSummary } from "./recorded-flow"

/** Milliseconds, up to the year 5138, which every database has still; and the id of a flow that began then. */
const beforeSyntax = /^(\d{1,14})(?:\.([A-Za-z0-9_-]{22}))?$/

/** What of the flows is asked for; what is undefined is not asked for. */
export type FlowQuery = {
  clientId?: string
  /** An outcome, or the flows with requests that were refused. */
  outcome?: FlowOutcome | "refused"
  id?: string
  /**
   * The flow behind which the list continues; `beganAt` is milliseconds of the epoch. With an empty id, every flow of its
   * moment is before that.
   */
  before?: { beganAt: number; id: string }
}

/** @param search the query of the list's address, as it comes */
export function parseFlowQuery(search: Record<string, string | string[] | undefined>): FlowQuery {
  // A control character is in nothing that could be found, and a database may refuse it.
  const read = (name: string) =>
    [search[name]]
      .flat()[0]
      ?.replace(/\p{Cc}/gu, "")
      .trim() || undefined
  const [, beganAt, before = ""] = beforeSyntax.exec(read("before") ?? "") ?? []
  return {
    clientId: read("client"),
    outcome: ([...flowOutcomes, "refused"] as const).find((value) => value === read("outcome")),
    id: read("id"),
    before: beganAt === undefined ? undefined : { beganAt: Number(beganAt), id: before },
  }
}

/** Whether a flow is one of those that are asked for, apart from its place in the list. */
export function matches(flow: FlowSummary, { id, clientId, outcome }: FlowQuery): boolean {
  if (id !== undefined && flow.id !== id) return false
  if (clientId !== undefined && flow.client?.id !== clientId) return false
  return outcome === undefined || (outcome === "refused" ? flow.refused > 0 : flow.outcome === outcome)
}

/** The address of the same question, for the newest flows. */
export function listAddress({ before, ...query }: FlowQuery): string {
  return `/flows?${toParameters(query)}`
}

/** The address of the same question, for the flows behind these. */
export function olderAddress(query: FlowQuery, flows: FlowSummary[]): string {
  const { beganAt, id } = flows.at(-1) ?? { beganAt: 0, id: "" }
  // Where the page cut its list, flows of one millisecond may be in another order than the database's: then it is better
  // to show some again than to leave one out.
  const before = flows.length < maxRows ? `${beganAt}.${id}` : String(beganAt + 1)
  return `/flows?${toParameters(query, { before })}`
}

/** The address of the stream for the same question. @param after the id of the last event, or else a moment */
export function streamAddress({ clientId, id }: FlowQuery, after: string | number): string {
  return `/flows/stream?${toParameters({ clientId, id }, { after: String(after) })}`
}

function toParameters({ clientId, outcome, id }: FlowQuery, more: Record<string, string> = {}): URLSearchParams {
  const all = Object.entries({ client: clientId, outcome, id, ...more })
  return new URLSearchParams(all.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])))
}

/** No more are kept in the list, however long it is watched. */
export const maxRows = 200

/**
 * Puts flows that have moved into the list: in the place of what they were, or at their time when the list asks for them.
 * A flow that no longer matches stays until the list is loaded again: nothing disappears under the pointer.
 * @param floor milliseconds of the epoch: what began earlier is on an older page
 */
export function putFlows(flows: FlowSummary[], moved: FlowSummary[], query: FlowQuery, floor: number): FlowSummary[] {
  const byId = new Map(moved.map((flow) => [flow.id, flow]))
  const known = new Set(flows.map(({ id }) => id))
  const added = moved.filter(
    (flow) => !known.has(flow.id) && !query.before && flow.beganAt >= floor && matches(flow, query),
  )
  const updated = flows.map((flow) => byId.get(flow.id) ?? flow)
  return [...updated, ...added].sort((a, b) => b.beganAt - a.beganAt).slice(0, maxRows)
}
