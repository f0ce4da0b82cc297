import { streamFlow } from "@/lib/flows/flow-streams"
import { eventStream, lastEventId } from "@/lib/http/event-stream"
import { makeAccessCheck } from "../../../_next/inspector-access"

export const dynamic = "force-dynamic"

type Context = { params: Promise<{ id: string }> }

/** Sends the new requests of a flow, with its summary. `after` or Last-Event-ID is the `seq` of the last request sent. */
export async function GET(request: Request, { params }: Context): Promise<Response> {
  const hasAccess = await makeAccessCheck()
  if (!(await hasAccess())) return new Response(null, { status: 404 })
  const { id } = await params
  return eventStream(request, hasAccess, streamFlow(id, lastEventId(request) ?? 0))
}
