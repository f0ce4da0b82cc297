import { type FlowQuery, matches, maxRows } from "./flow-search"
import { findFlowSummary, listFlows, listRecorded } from "./inspector"
import { lastPollNumber, nextPoll, overlapMs, type Poll } from "./poller"
import type { FlowSummary, Recorded } from "./recorded-flow"
import { lanes } from "./sequence-number"

/** What a stream sends. A browser that reconnects sends the last `id`, and the stream continues after it. */
type StreamEvent = { event: string; data: unknown; id: number }

/** Returns the next events after a short wait; none when nothing has happened. */
type ReadNext = () => Promise<StreamEvent[]>

/**
 * A stream first reads what it has missed, then uses the polls that all streams of the process share. A stream that is read
 * slowly can miss a poll. It then reads from the database by itself again.
 * @param readMissed returns `isAll: false` when there is more to read
 */
function follow(
  readMissed: () => Promise<{ events: StreamEvent[]; isAll: boolean }>,
  readPoll: (poll: Poll) => Promise<StreamEvent[]>,
): ReadNext {
  let isBehind = true
  let lastNumber = 0
  return async () => {
    if (isBehind) {
      lastNumber = lastPollNumber()
      const { events, isAll } = await readMissed()
      isBehind = !isAll
      return events
    }
    const poll = await nextPoll()
    isBehind = poll.number !== lastNumber + 1
    lastNumber = poll.number
    return isBehind ? [] : readPoll(poll)
  }
}

/**
 * The flows that have a new request.
 * @param query only its text is used: a flow whose outcome changed must be sent too
 * @param after milliseconds since the epoch, the time of the last event. The ids of the events are such times
 */
export function streamFlows({ text }: FlowQuery, after: number): ReadNext {
  let known = after
  let page: number | null = null
  const toEvents = (flows: FlowSummary[]) => (flows.length > 0 ? [{ event: "flows", data: flows, id: known }] : [])

  async function readMissed() {
    const at = Date.now()
    const since = page ?? known - overlapMs
    const flows = await listFlows({ text }, maxRows, since)
    const last = flows.length === maxRows ? flows.at(-1) : undefined
    page = last ? Math.max(since + 1, last.lastAt - 1) : null
    known = last?.lastAt ?? at
    return { events: toEvents(flows), isAll: page === null }
  }

  async function readPoll({ at, flowIds, findSummary }: Poll) {
    known = at
    const flows = (await Promise.all(flowIds.map(findSummary))).filter((flow) => flow !== null)
    return toEvents(flows.filter((flow) => matches(flow, { text })))
  }
  return follow(readMissed, readPoll)
}

/**
 * The new requests of a flow, with what the list shows of the flow.
 * @param after the `seq` of the last event. The ids of the events are such numbers
 */
export function streamFlow(id: string, after: number): ReadNext {
  let newest = after
  let page: number | null = null
  const sent = new Set<number>()
  let sentFlow = ""

  function toEvents(flow: FlowSummary | null, found: Recorded[]): StreamEvent[] {
    const recorded = found.filter(({ seq }) => !sent.has(seq))
    const text = JSON.stringify(flow)
    if (!flow || (recorded.length === 0 && text === sentFlow)) return []
    sentFlow = text
    for (const { seq } of recorded) sent.add(seq)
    newest = Math.max(newest, ...recorded.map(({ seq }) => seq))
    return [{ event: "flow", data: { flow, recorded }, id: newest }]
  }

  async function readMissed() {
    // Before the requests: they then include everything that the summary shows.
    const flow = await findFlowSummary(id)
    // Instances store at their own times, so a lower number can be stored later.
    const found = await listRecorded(id, page ?? newest - overlapMs * lanes)
    page = found.at(-1)?.seq ?? null
    return { events: toEvents(flow, found), isAll: page === null }
  }

  async function readPoll({ flowIds, findSummary, listRecorded }: Poll) {
    return flowIds.includes(id) ? toEvents(await findSummary(id), await listRecorded(id)) : []
  }
  return follow(readMissed, readPoll)
}
