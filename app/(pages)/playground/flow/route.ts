import { config } from "@/lib/config"
import { findFlowByChallenge } from "@/lib/flows/inspector"
import { hasInspectorAccess } from "../../_next/inspector-access"

export const dynamic = "force-dynamic"

/** The ID of the flow that the playground started with this `code_challenge`; null until its steps are stored. */
export async function GET(request: Request): Promise<Response> {
  const codeChallenge = new URL(request.url).searchParams.get("code_challenge")
  const headers = { "Cache-Control": "no-store" }
  const isOpen = config().DEMO && (await hasInspectorAccess())
  if (!isOpen || codeChallenge === null) return new Response(null, { status: 404, headers })
  return Response.json({ flow_id: await findFlowByChallenge("playground", codeChallenge) }, { headers })
}
