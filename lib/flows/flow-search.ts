import type { FlowSummary } from "./record"

/** In the year 5138, in milliseconds: every database has it still. */
const latest = 1e14

/** The query of the list's address, as it comes. */
export type FlowSearch = Record<string, string | string[] | undefined>

/** What the list is asked for: empty texts ask for nothing. */
export type ParsedSearch = { client: string; outcome: "" | "ok" | "failed"; id: string; before: number | null }

export function parseFlowSearch(search: FlowSearch): ParsedSearch {
  // A control character is in nothing that could be found, and a database may refuse it.
  const read = (name: string) =>
    [search[name]]
      .flat()[0]
      ?.replace(/\p{Cc}/gu, "")
      .trim() ?? ""
  const outcome = read("outcome")
  const before = Number(read("before"))
  return {
    client: read("client"),
    outcome: outcome === "ok" || outcome === "failed" ? outcome : "",
    id: read("id"),
    before: before > 0 && before <= latest ? before : null,
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

/** The address of the same question. @param last the flows that began before this one; null for the newest */
export function listAddress({ client, outcome, id }: ParsedSearch, last: FlowSummary | null): string {
  const before = last === null ? "" : String(last.beganAt)
  const asked = Object.entries({ client, outcome, id, before }).filter(([, value]) => value !== "")
  return `/flows?${new URLSearchParams(asked)}`
}

/** No more are kept in the list, however long it is watched. */
export const mostRows = 200

/**
 * Puts a flow that has moved into the list: in the place of what it was, or at its time when the list asks for it.
 * A flow that no longer fits stays until the list is asked anew: nothing vanishes under the pointer.
 */
export function putFlow(flows: FlowSummary[], moved: FlowSummary, search: ParsedSearch): FlowSummary[] {
  if (flows.some(({ id }) => id === moved.id)) return flows.map((flow) => (flow.id === moved.id ? moved : flow))
  if (search.before !== null || !fits(moved, search)) return flows
  return [...flows, moved].sort((a, b) => b.beganAt - a.beganAt).slice(0, mostRows)
}

function fits(flow: FlowSummary, { client, outcome, id }: ParsedSearch): boolean {
  if (client && flow.client?.id !== client) return false
  if (id && flow.id !== id) return false
  return outcome === "" || (outcome === "failed") === (flow.failure !== null)
}
