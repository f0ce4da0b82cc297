import { listMovedFlows } from "@/lib/flows/inspector"
import { eventStream } from "@/lib/http/event-stream"
import { inspectorIsOpen } from "@/lib/http/page"

export const dynamic = "force-dynamic"

/** Instances store a moment after they report, and their clocks differ by some. */
const overlapMs = 5_000

/** The flows in which something happens, as it happens. */
export async function GET(request: Request): Promise<Response> {
  if (!(await inspectorIsOpen())) return new Response(null, { status: 404 })
  let since = Date.now()
  let sent = new Map<string, number>()
  return eventStream(request.signal, async () => {
    const lookedAt = Date.now()
    const flows = await listMovedFlows(since - overlapMs, 200)
    const news = flows.filter(({ id, lastAt }) => sent.get(id) !== lastAt && lastAt > since - overlapMs)
    sent = new Map(flows.map(({ id, lastAt }) => [id, lastAt]))
    since = lookedAt
    return news.reverse().map((flow) => ({ event: "flow", data: flow }))
  })
}
