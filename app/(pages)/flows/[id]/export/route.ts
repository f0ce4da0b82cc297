import { config } from "@/lib/config"
import { exportFlow, exportFormats } from "@/lib/flows/exports"
import { findFlow } from "@/lib/flows/inspector"
import { hasInspectorAccess } from "../../../_next/inspector-access"

export const dynamic = "force-dynamic"

type Context = { params: Promise<{ id: string }> }

/** Exports a flow as a file: `?as=mermaid`, `json` or `har`. */
export async function GET(request: Request, { params }: Context): Promise<Response> {
  const flow = (await hasInspectorAccess()) ? await findFlow((await params).id) : null
  if (!flow) return new Response(null, { status: 404 })
  const wanted = new URL(request.url).searchParams.get("as")
  const found = exportFormats.find(({ format }) => format === wanted)
  if (!found) {
    return new Response(`Add ?as= with one of these: ${exportFormats.map(({ format }) => format).join(", ")}.\n`, {
      status: 400,
    })
  }
  const { contentType, extension, text } = exportFlow(flow, found.format, config().issuer)
  return new Response(text, {
    headers: {
      "Content-Type": contentType,
      "Content-Disposition": `attachment; filename="flow-${flow.id}.${extension}"`,
      "Cache-Control": "no-store",
    },
  })
}
