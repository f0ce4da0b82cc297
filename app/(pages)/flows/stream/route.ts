import { parseFlowQuery } from "@/lib/flows/flow-search"
import { streamFlows } from "@/lib/flows/flow-streams"
import { eventStream, lastEventId } from "@/lib/http/event-stream"
import { inspectorAccess } from "../../_next/inspector-access"

export const dynamic = "force-dynamic"

/**
 * The flows in which something happens, as it happens: those of a `client`, or with an `id`, when they are asked for.
 * `after`, or Last-Event-ID, is the moment up to which the browser knows all, and an id is such a moment.
 */
export async function GET(request: Request): Promise<Response> {
  const mayGoOn = await inspectorAccess()
  if (!(await mayGoOn())) return new Response(null, { status: 404 })
  const query = parseFlowQuery(Object.fromEntries(new URL(request.url).searchParams))
  return eventStream(request, mayGoOn, streamFlows(query, lastEventId(request) ?? Date.now()))
}
