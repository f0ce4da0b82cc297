import type { FlowSummary } from "./record"

/** Milliseconds, up to the year 5138, which every database has still; and the id of a flow that began then. */
const beforeSyntax = /^(\d{1,14})(?:\.([A-Za-z0-9_-]{22}))?$/

/** The query of the list's address, as it comes. */
export type FlowSearch = Record<string, string | string[] | undefined>

/** What the list is asked for: empty texts ask for nothing. */
export type ParsedSearch = {
  client: string
  outcome: "" | "ok" | "failed"
  id: string
  /** The flow behind which the list goes on; with an empty id, every flow of its moment stands before that. */
  before: { beganAt: number; id: string } | null
}

export function parseFlowSearch(search: FlowSearch): ParsedSearch {
  // A control character is in nothing that could be found, and a database may refuse it.
  const read = (name: string) =>
    [search[name]]
      .flat()[0]
      ?.replace(/\p{Cc}/gu, "")
      .trim() ?? ""
  const outcome = read("outcome")
  const [, beganAt, before = ""] = beforeSyntax.exec(read("before")) ?? []
  return {
    client: read("client"),
    outcome: outcome === "ok" || outcome === "failed" ? outcome : "",
    id: read("id"),
    before: beganAt === undefined ? null : { beganAt: Number(beganAt), id: before },
  }
}

export function toFilter({ client, outcome, id, before }: ParsedSearch) {
  return {
    ...(client && { clientId: client }),
    ...(outcome && { outcome }),
    ...(id && { id }),
    ...(before !== null && { before }),
  }
}

/** The address of the same question, for the newest flows. */
export function listAddress(search: ParsedSearch): string {
  return `/flows?${toQuery(search)}`
}

/** The address of the same question, for the flows behind these. */
export function olderAddress(search: ParsedSearch, flows: FlowSummary[]): string {
  const { beganAt, id } = flows.at(-1) ?? { beganAt: 0, id: "" }
  // Where the page cut its list, flows of one millisecond may stand in another order than the database's: then it is
  // better to show some again than to leave one out.
  const before = flows.length < mostRows ? `${beganAt}.${id}` : String(beganAt + 1)
  return `/flows?${toQuery(search, { before })}`
}

/** The address of the stream for the same question. @param after the id of the last event, or else a moment */
export function streamAddress({ client, id }: ParsedSearch, after: string | number): string {
  return `/flows/stream?${toQuery({ client, outcome: "", id }, { after: String(after) })}`
}

function toQuery(
  { client, outcome, id }: Omit<ParsedSearch, "before">,
  more: Record<string, string> = {},
): URLSearchParams {
  return new URLSearchParams(Object.entries({ client, outcome, id, ...more }).filter(([, value]) => value !== ""))
}

/** No more are kept in the list, however long it is watched. */
export const mostRows = 200

/**
 * Puts a flow that has moved into the list: in the place of what it was, or at its time when the list asks for it.
 * A flow that no longer fits stays until the list is asked anew: nothing vanishes under the pointer.
 * @param floor milliseconds of the epoch: what began earlier is on an older page
 */
export function putFlow(flows: FlowSummary[], moved: FlowSummary, search: ParsedSearch, floor: number): FlowSummary[] {
  if (flows.some(({ id }) => id === moved.id)) return flows.map((flow) => (flow.id === moved.id ? moved : flow))
  if (search.before !== null || moved.beganAt < floor || !fits(moved, search)) return flows
  return [...flows, moved].sort((a, b) => b.beganAt - a.beganAt).slice(0, mostRows)
}

function fits(flow: FlowSummary, { client, outcome, id }: ParsedSearch): boolean {
  if (client && flow.client?.id !== client) return false
  if (id && flow.id !== id) return false
  return outcome === "" || (outcome === "failed") === (flow.failure !== null)
}
