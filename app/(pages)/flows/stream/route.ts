import { mostRows, parseFlowSearch, toFilter } from "@/lib/flows/flow-search"
import { listMovedFlows } from "@/lib/flows/inspector"
import { eventStream, lastEventId, type StreamEvent } from "@/lib/http/event-stream"
import { inspectorAccess } from "@/lib/http/page"

export const dynamic = "force-dynamic"

/** Instances store a moment after they report, and their clocks differ by some. */
const overlapMs = 5_000

/**
 * The flows in which something happens, as it happens: those of a `client`, or with an `id`, when they are asked for.
 * `after`, or Last-Event-ID, is the moment up to which the browser knows all, and an id is such a moment.
 */
export async function GET(request: Request): Promise<Response> {
  const mayGoOn = await inspectorAccess()
  if (!(await mayGoOn())) return new Response(null, { status: 404 })
  const search = toFilter(parseFlowSearch(Object.fromEntries(new URL(request.url).searchParams)))
  let since = lastEventId(request) ?? Date.now()
  let sent = new Map<string, string>()
  return eventStream(request, mayGoOn, async () => {
    const lookedAt = Date.now()
    const flows = await listMovedFlows(search, since - overlapMs, mostRows)
    const texts = new Map(flows.map((flow) => [flow.id, JSON.stringify(flow)]))
    const news = flows.filter(({ id }) => sent.get(id) !== texts.get(id))
    sent = texts
    since = lookedAt
    const events = news.reverse().map((flow): StreamEvent => ({ event: "flow", data: flow }))
    // With the last of them: a browser that was cut off before has not been told all.
    return events.map((event, i) => (i === events.length - 1 ? { ...event, id: lookedAt } : event))
  })
}
