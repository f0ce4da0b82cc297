import path from "node:path"
import sirv from "sirv"
import { isFilePath } from "@/lib/http/known-paths"
import { root } from "./project"
import type { Answerers } from "./serve"

/** Where Next's files are; their names change with their content. */
const builtPrefix = "/_next/static"

/**
 * Looks up the files of the build and of the folder public, once.
 * @returns what answers with one of them
 */
export function prepareFiles(): Answerers["sendFile"] {
  const setHeaders = (response: { setHeader(name: string, value: string): unknown }, path: string) => {
    response.setHeader("X-Content-Type-Options", "nosniff")
    // sirv does not know this type, and with nosniff browsers need it.
    if (path.endsWith(".ico")) response.setHeader("Content-Type", "image/x-icon")
  }
  // `npm run build` has compressed them.
  const built = sirv(path.join(root, ".next/static"), { immutable: true, maxAge: 31_536_000, gzip: true, setHeaders })
  const own = sirv(path.join(root, "public"), { etag: true, setHeaders })
  return (incoming, outgoing, target) => {
    if (!isFilePath(target.path)) return false
    const isBuilt = target.path.startsWith(`${builtPrefix}/`)
    incoming.url = isBuilt ? target.whole.slice(builtPrefix.length) : target.whole
    ;(isBuilt ? built : own)(incoming, outgoing, () => {
      outgoing.writeHead(404, { "Cache-Control": "no-store" }).end()
    })
    return true
  }
}
