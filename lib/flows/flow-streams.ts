import { type FlowQuery, matches, maxRows } from "./flow-search"
import { findFlowSummary, listFlows, listRecorded } from "./inspector"
import { lastPollNumber, nextPoll, overlapMs, type Poll } from "./poller"
import type { FlowSummary, Recorded } from "./recorded-flow"
import { lanes } from "./sequence-number"

/** What a stream sends: `id` is where a stream that was cut off continues. */
type News = { event: string; data: unknown; id: number }

/** Waits for news; returns none when nothing has happened for a moment. */
type ReadNext = () => Promise<News[]>

/**
 * A stream first reads what it has missed, then shares the looks of the process's poller. When it misses one of them,
 * because it was read too slowly, it reads for itself again.
 * @param readMissed returns `isAll: false` when there is more to read
 */
function follow(
  readMissed: () => Promise<{ news: News[]; isAll: boolean }>,
  readLook: (look: Poll) => Promise<News[]>,
): ReadNext {
  let isBehind = true
  let lastNumber = 0
  return async () => {
    if (isBehind) {
      lastNumber = lastPollNumber()
      const { news, isAll } = await readMissed()
      isBehind = !isAll
      return news
    }
    const look = await nextPoll()
    isBehind = look.number !== lastNumber + 1
    lastNumber = look.number
    return isBehind ? [] : readLook(look)
  }
}

/**
 * The flows in which something happens.
 * @param query its outcome is ignored: a flow that no longer has it has moved too
 * @param after milliseconds of the epoch: up to then everything is known. The ids of the news are such moments
 */
export function streamFlows({ id, clientId }: FlowQuery, after: number): ReadNext {
  let known = after
  let page: number | null = null
  const toNews = (flows: FlowSummary[]) => (flows.length > 0 ? [{ event: "flows", data: flows, id: known }] : [])

  async function readMissed() {
    const at = Date.now()
    const since = page ?? known - overlapMs
    const flows = await listFlows({ id, clientId }, maxRows, since)
    const last = flows.length === maxRows ? flows.at(-1) : undefined
    page = last ? Math.max(since + 1, last.lastAt - 1) : null
    known = last?.lastAt ?? at
    return { news: toNews(flows), isAll: page === null }
  }

  async function readLook({ at, flowIds, findSummary }: Poll) {
    known = at
    const flows = (await Promise.all(flowIds.map(findSummary))).filter((flow) => flow !== null)
    return toNews(flows.filter((flow) => matches(flow, { id, clientId })))
  }
  return follow(readMissed, readLook)
}

/**
 * What is recorded of a flow, and what the list shows of it.
 * @param after the `seq` up to which everything is known. The ids of the news are such numbers
 */
export function streamFlow(id: string, after: number): ReadNext {
  let newest = after
  let page: number | null = null
  const sent = new Set<number>()
  let sentFlow = ""

  function toNews(flow: FlowSummary | null, found: Recorded[]): News[] {
    const recorded = found.filter(({ seq }) => !sent.has(seq))
    const text = JSON.stringify(flow)
    if (!flow || (recorded.length === 0 && text === sentFlow)) return []
    sentFlow = text
    for (const { seq } of recorded) sent.add(seq)
    newest = Math.max(newest, ...recorded.map(({ seq }) => seq))
    return [{ event: "flow", data: { flow, recorded }, id: newest }]
  }

  async function readMissed() {
    // First, so that everything it shows is among what is read after it.
    const flow = await findFlowSummary(id)
    // What is numbered first may be stored last, when several instances record.
    const found = await listRecorded(id, page ?? newest - overlapMs * lanes)
    page = found.at(-1)?.seq ?? null
    return { news: toNews(flow, found), isAll: page === null }
  }

  async function readLook({ flowIds, findSummary, listRecorded }: Poll) {
    return flowIds.includes(id) ? toNews(await findSummary(id), await listRecorded(id)) : []
  }
  return follow(readMissed, readLook)
}
