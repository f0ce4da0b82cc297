import { mostRows, parseFlowSearch, toFilter } from "@/lib/flows/flow-search"
import { listMovedFlows } from "@/lib/flows/inspector"
import { eventStream, lastEventId, type StreamEvent } from "@/lib/http/event-stream"
import { inspectorAccess } from "@/lib/http/page"

export const dynamic = "force-dynamic"

/** Instances store a moment after they report, or seconds after when the database is busy, and their clocks differ. */
const overlapMs = 10_000

/**
 * The flows in which something happens, as it happens: those of a `client`, or with an `id`, when they are asked for.
 * `after`, or Last-Event-ID, is the moment up to which the browser knows all, and an id is such a moment.
 */
export async function GET(request: Request): Promise<Response> {
  const mayGoOn = await inspectorAccess()
  if (!(await mayGoOn())) return new Response(null, { status: 404 })
  const search = toFilter(parseFlowSearch(Object.fromEntries(new URL(request.url).searchParams)))
  let since = (lastEventId(request) ?? Date.now()) - overlapMs
  const sent = new Map<string, string>()
  return eventStream(request, mayGoOn, async () => {
    const lookedAt = Date.now()
    const flows = await listMovedFlows(search, since, mostRows)
    const last = flows.at(-1)
    // More than is read at a time: it goes on from there, and looks back once it has come to the end.
    const isWhole = flows.length < mostRows || last === undefined
    const known = isWhole ? lookedAt : last.lastAt
    since = isWhole ? lookedAt - overlapMs : Math.max(since + 1, last.lastAt - 1)
    const news = flows.map((flow) => ({ flow, text: JSON.stringify(flow) }))
    const events = news
      .filter(({ flow, text }) => sent.get(flow.id) !== text)
      .map(({ flow }): StreamEvent => ({ event: "flow", data: flow }))
    if (sent.size > mostSent) sent.clear()
    for (const { flow, text } of news) sent.set(flow.id, text)
    // With the last of them: a browser that was cut off before has not been told all.
    return events.map((event, i) => (i === events.length - 1 ? { ...event, id: known } : event))
  })
}

/** So many flows are remembered as told; to be told one twice does no harm. */
const mostSent = 5_000
