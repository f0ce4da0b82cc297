import { config } from "@/lib/config"
import { findFlowByChallenge } from "@/lib/flows/inspector"
import { inspectorIsOpen } from "@/lib/http/page"

export const dynamic = "force-dynamic"

/** Which flow the authorization request of the playground with this `code_challenge` began. */
export async function GET(request: Request): Promise<Response> {
  const codeChallenge = new URL(request.url).searchParams.get("code_challenge")
  const open = config().DEMO && (await inspectorIsOpen())
  const flowId = open && codeChallenge ? await findFlowByChallenge("playground", codeChallenge) : null
  const headers = { "Cache-Control": "no-store" }
  return flowId ? Response.json({ flow_id: flowId }, { headers }) : new Response(null, { status: 404, headers })
}
