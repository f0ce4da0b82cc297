import { listFlows, listRecorded } from "@/lib/flows/inspector"
import { isKnown, mostEvents } from "@/lib/flows/record"
import { lanes } from "@/lib/flows/sequence-number"
import { eventStream, lastEventId } from "@/lib/http/event-stream"
import { inspectorAccess } from "@/lib/http/page"

export const dynamic = "force-dynamic"

/** What is numbered first may be stored last, when several instances record: so much is looked at again, ten seconds. */
const overlap = 10_000 * lanes

type Context = { params: Promise<{ id: string }> }

/**
 * What is recorded of a flow, and what the list would say of it, as it happens. `after`, or Last-Event-ID, is the `seq`
 * that the browser has already.
 */
export async function GET(request: Request, { params }: Context): Promise<Response> {
  const mayGoOn = await inspectorAccess()
  if (!(await mayGoOn())) return new Response(null, { status: 404 })
  const { id } = await params
  let newest = lastEventId(request) ?? 0
  let from = newest - overlap
  const sent = new Set<number>()
  let told = ""
  return eventStream(request, mayGoOn, async () => {
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
  })
}
