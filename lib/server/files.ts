import path from "node:path"
import sirv from "sirv"
import { isFilePath } from "@/lib/http/known-paths"
import { securityHeaders } from "@/lib/http/responses"
import { root } from "./project"
import type { RequestHandlers } from "./serve"

/** The path prefix of Next's files, whose names change with their content. */
const builtPrefix = "/_next/static"

/**
 * Reads the list of files of the build and of the folder public, once.
 * @returns a function that sends one of them
 */
export function prepareFiles(): RequestHandlers["sendFile"] {
  const headers = securityHeaders()
  const setHeaders = (response: { setHeader(name: string, value: string): unknown }, path: string) => {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
    // sirv does not know this type, and with nosniff browsers need it.
    if (path.endsWith(".ico")) response.setHeader("Content-Type", "image/x-icon")
  }
  // `npm run build` compresses these files.
  const built = sirv(path.join(root, ".next/static"), { immutable: true, maxAge: 31_536_000, gzip: true, setHeaders })
  const own = sirv(path.join(root, "public"), { etag: true, setHeaders })
  return (incoming, outgoing, target) => {
    if (!isFilePath(target.path)) return false
    // A server may ignore ranges (RFC 9110 section 14.2). The files are small, and sirv fails at one that ends before it starts.
    delete incoming.headers.range
    const isBuilt = target.path.startsWith(`${builtPrefix}/`)
    incoming.url = isBuilt ? target.whole.slice(builtPrefix.length) : target.whole
    ;(isBuilt ? built : own)(incoming, outgoing, () => {
      outgoing.writeHead(404, { ...headers, "Cache-Control": "no-store" }).end()
    })
    return true
  }
}
