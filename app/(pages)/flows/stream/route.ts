import { listMovedFlows } from "@/lib/flows/inspector"
import { eventStream, lastEventId } from "@/lib/http/event-stream"
import { inspectorAccess } from "@/lib/http/page"

export const dynamic = "force-dynamic"

/** Instances store a moment after they report, and their clocks differ by some. */
const overlapMs = 5_000

/** The flows in which something happens, as it happens. The id of an event is the moment up to which all was told. */
export async function GET(request: Request): Promise<Response> {
  const mayGoOn = await inspectorAccess()
  if (!(await mayGoOn())) return new Response(null, { status: 404 })
  let since = lastEventId(request) ?? Date.now()
  let sent = new Map<string, string>()
  return eventStream(request, mayGoOn, async () => {
    const lookedAt = Date.now()
    const flows = await listMovedFlows(since - overlapMs, 200)
    const news = flows.filter((flow) => sent.get(flow.id) !== JSON.stringify(flow))
    sent = new Map(flows.map((flow) => [flow.id, JSON.stringify(flow)]))
    since = lookedAt
    return news.reverse().map((flow) => ({ event: "flow", data: flow, id: lookedAt }))
  })
}
