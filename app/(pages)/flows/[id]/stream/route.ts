import { streamFlow } from "@/lib/flows/flow-streams"
import { eventStream, lastEventId } from "@/lib/http/event-stream"
import { inspectorAccess } from "../../../_next/inspector-access"

export const dynamic = "force-dynamic"

type Context = { params: Promise<{ id: string }> }

/**
 * What is recorded of a flow, and what the list would say of it, as it happens. `after`, or Last-Event-ID, is the `seq`
 * that the browser has already.
 */
export async function GET(request: Request, { params }: Context): Promise<Response> {
  const mayGoOn = await inspectorAccess()
  if (!(await mayGoOn())) return new Response(null, { status: 404 })
  const { id } = await params
  return eventStream(request, mayGoOn, streamFlow(id, lastEventId(request) ?? 0))
}
