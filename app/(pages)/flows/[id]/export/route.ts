import { config } from "@/lib/config"
import { type ExportFormat, exportFlow, exportFormats } from "@/lib/flows/exports"
import { findFlow } from "@/lib/flows/inspector"
import { inspectorIsOpen } from "@/lib/http/page"

export const dynamic = "force-dynamic"

type Context = { params: Promise<{ id: string }> }

/** A flow as a file: `?as=mermaid`, `json` or `har`. */
export async function GET(request: Request, { params }: Context): Promise<Response> {
  const flow = (await inspectorIsOpen()) ? await findFlow((await params).id) : null
  if (!flow) return new Response(null, { status: 404 })
  const format = new URL(request.url).searchParams.get("as") as ExportFormat
  if (!exportFormats.includes(format)) {
    return new Response(`Add ?as= one of: ${exportFormats.join(", ")}.\n`, { status: 400 })
  }
  const { contentType, extension, text } = exportFlow(flow, format, config().issuer)
  return new Response(text, {
    headers: {
      "Content-Type": contentType,
      "Content-Disposition": `attachment; filename="flow-${flow.id}.${extension}"`,
      "Cache-Control": "no-store",
    },
  })
}
