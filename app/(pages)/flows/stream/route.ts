import { parseFlowQuery } from "@/lib/flows/flow-search"
import { streamFlows } from "@/lib/flows/flow-streams"
import { eventStream, lastEventId } from "@/lib/http/event-stream"
import { makeAccessCheck } from "../../_next/inspector-access"

export const dynamic = "force-dynamic"

/**
 * Sends each flow that has a new request, limited by the text `q`. `after` or Last-Event-ID is the time of the last event,
 * in milliseconds since the epoch.
 */
export async function GET(request: Request): Promise<Response> {
  const hasAccess = await makeAccessCheck()
  if (!(await hasAccess())) return new Response(null, { status: 404 })
  const query = parseFlowQuery(Object.fromEntries(new URL(request.url).searchParams))
  return eventStream(request, hasAccess, streamFlows(query, lastEventId(request) ?? Date.now()))
}
