import { listRecorded } from "@/lib/flows/inspector"
import { eventStream } from "@/lib/http/event-stream"
import { inspectorIsOpen } from "@/lib/http/page"

export const dynamic = "force-dynamic"

/** What is numbered first may be stored last, when several instances record: so much of a sequence is looked at again, five seconds. */
const overlap = 5_000 * 4096

type Context = { params: Promise<{ id: string }> }

/** What is recorded of a flow, as it happens. `after`, or Last-Event-ID, is the `seq` that the browser has already. */
export async function GET(request: Request, { params }: Context): Promise<Response> {
  if (!(await inspectorIsOpen())) return new Response(null, { status: 404 })
  const { id } = await params
  const begin = request.headers.get("last-event-id") ?? new URL(request.url).searchParams.get("after")
  let newest = /^\d{1,16}$/.test(begin ?? "") ? Number(begin) : 0
  const sent = new Set<number>()
  return eventStream(request.signal, async () => {
    const recorded = (await listRecorded(id, newest - overlap)).filter(({ seq }) => !sent.has(seq))
    for (const { seq } of recorded) sent.add(seq)
    newest = Math.max(newest, ...recorded.map(({ seq }) => seq))
    return recorded.length > 0 ? [{ event: "recorded", data: recorded, id: newest }] : []
  })
}
