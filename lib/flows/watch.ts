import { type FlowQuery, matches, maxRows } from "./flow-search"
import { findFlowSummary, listMovedFlows, listRecorded } from "./inspector"
import { type Look, lastLookNumber, nextLook, overlapMs } from "./poller"
import type { FlowSummary, Recorded } from "./record"
import { lanes } from "./sequence-number"

/** What a watcher is told: `id` is where a stream that was cut off continues. */
type News = { event: string; data: unknown; id: number }

/** Waits for news; returns none when nothing has happened for a moment. */
type NextNews = () => Promise<News[]>

/**
 * A stream first reads what it has missed, then shares the looks of the process's poller. When it misses one of them,
 * because it was read too slowly, it reads for itself again.
 * @param readMissed returns `isAll: false` when there is more to read
 */
function follow(
  readMissed: () => Promise<{ news: News[]; isAll: boolean }>,
  readLook: (look: Look) => Promise<News[]>,
): NextNews {
  let isBehind = true
  let lastNumber = 0
  return async () => {
    if (isBehind) {
      lastNumber = lastLookNumber()
      const { news, isAll } = await readMissed()
      isBehind = !isAll
      return news
    }
    const look = await nextLook()
    isBehind = look.number !== lastNumber + 1
    lastNumber = look.number
    return isBehind ? [] : readLook(look)
  }
}

/**
 * The flows in which something happens.
 * @param after milliseconds of the epoch: up to then everything is known. The ids of the news are such moments
 */
export function watchFlows(query: FlowQuery, after: number): NextNews {
  let known = after
  let since = after - overlapMs
  const tell = (flows: FlowSummary[]) => (flows.length > 0 ? [{ event: "flows", data: flows, id: known }] : [])

  async function readMissed() {
    const at = Date.now()
    const flows = await listMovedFlows(query, since, maxRows)
    const isAll = flows.length < maxRows
    known = isAll ? at : (flows.at(-1)?.lastAt ?? at)
    since = isAll ? at - overlapMs : Math.max(since + 1, known - 1)
    return { news: tell(flows), isAll }
  }

  async function readLook({ at, flowIds, findSummary }: Look) {
    const flows = (await Promise.all(flowIds.map(findSummary))).filter((flow) => flow !== null && matches(flow, query))
    known = at
    since = at - overlapMs
    return tell(flows as FlowSummary[])
  }
  return follow(readMissed, readLook)
}

/**
 * What is recorded of a flow, and what the list shows of it.
 * @param after the `seq` up to which everything is known. The ids of the news are such numbers
 */
export function watchFlow(id: string, after: number): NextNews {
  let newest = after
  const sent = new Set<number>()
  let sentFlow = ""

  function tell(flow: FlowSummary | null, found: Recorded[]): News[] {
    const recorded = found.filter(({ seq }) => !sent.has(seq))
    const text = JSON.stringify(flow)
    if (!flow || (recorded.length === 0 && text === sentFlow)) return []
    sentFlow = text
    for (const { seq } of recorded) sent.add(seq)
    newest = Math.max(newest, ...recorded.map(({ seq }) => seq))
    return [{ event: "flow", data: { flow, recorded }, id: newest }]
  }

  let from: number | null = null
  async function readMissed() {
    // First, so that everything it shows is among what is read after it.
    const flow = await findFlowSummary(id)
    // What is numbered first may be stored last, when several instances record.
    const found = await listRecorded(id, from ?? newest - overlapMs * lanes)
    from = found.at(-1)?.seq ?? null
    return { news: tell(flow, found), isAll: from === null }
  }

  async function readLook(look: Look) {
    return look.flowIds.includes(id) ? tell(await look.findSummary(id), await look.listRecorded(id)) : []
  }
  return follow(readMissed, readLook)
}
