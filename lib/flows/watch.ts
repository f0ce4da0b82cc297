import { mostRows } from "./flow-search"
import { type FlowQuery, listFlows, listMovedFlows, listRecorded } from "./inspector"
import { isKnown, mostEvents } from "./record"
import { lanes } from "./sequence-number"

/** What a watcher is told: `id` is where one who was cut off goes on. */
type News = { event: string; data: unknown; id?: number }

/** Instances store a moment after they report, or seconds after when the database is busy, and their clocks differ. */
const overlapMs = 10_000

/** So many flows are remembered as told; to be told one twice does no harm. */
const mostSent = 5_000

/**
 * The flows in which something happens.
 * @param after milliseconds of the epoch: up to then all is known
 * @returns what to ask again and again for what is new; the id of its last news is such a moment
 */
export function watchFlows(query: FlowQuery, after: number): () => Promise<News[]> {
  let since = after - overlapMs
  const sent = new Map<string, string>()
  return async () => {
    const lookedAt = Date.now()
    const flows = await listMovedFlows(query, since, mostRows)
    const last = flows.at(-1)
    // More than is read at a time: it goes on from there, and looks back once it has come to the end.
    const isWhole = flows.length < mostRows || last === undefined
    const known = isWhole ? lookedAt : last.lastAt
    since = isWhole ? lookedAt - overlapMs : Math.max(since + 1, last.lastAt - 1)
    const news = flows.map((flow) => ({ flow, text: JSON.stringify(flow) }))
    const events = news
      .filter(({ flow, text }) => sent.get(flow.id) !== text)
      .map(({ flow }): News => ({ event: "flow", data: flow }))
    if (sent.size > mostSent) sent.clear()
    for (const { flow, text } of news) sent.set(flow.id, text)
    // With the last of them: a browser that was cut off before has not been told all.
    return events.map((event, i) => (i === events.length - 1 ? { ...event, id: known } : event))
  }
}

/**
 * What is recorded of a flow, and what the list would say of it.
 * @param after the `seq` up to which all is known
 * @returns what to ask again and again for what is new
 */
export function watchFlow(id: string, after: number): () => Promise<News[]> {
  // What is numbered first may be stored last, when several instances record.
  const overlap = overlapMs * lanes
  let newest = after
  let from = newest - overlap
  const sent = new Set<number>()
  let told = ""
  return async () => {
    // Before its events, so that none that it speaks of is missing among them.
    const [flow] = await listFlows({ id }, 1)
    const found = await listRecorded(id, from)
    const recorded = found.filter((one) => !sent.has(one.seq) && isKnown(one))
    for (const { seq } of recorded) sent.add(seq)
    newest = Math.max(newest, found.at(-1)?.seq ?? 0)
    // More than is read at a time: no looking back before its end is reached.
    from = found.length === mostEvents ? newest : newest - overlap
    const moved = flow && JSON.stringify(flow) !== told
    if (moved) told = JSON.stringify(flow)
    return [
      ...(recorded.length > 0 ? [{ event: "recorded", data: recorded, id: newest }] : []),
      ...(moved ? [{ event: "flow", data: flow }] : []),
    ]
  }
}
