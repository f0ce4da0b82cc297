import type { IncomingMessage } from "node:http"

/** The pages that need no React in the browser: HTML, and public/form.js for comfort. Next would send its scripts along. */
const scriptFreePages = ["/", "/sign-in", "/sign-up", "/consent"]

/** @returns whether a page at this path works without the scripts of Next */
export function isScriptFree(path: string): boolean {
  return scriptFreePages.includes(path)
}

/** @returns whether it is a page whole in its HTML: that one failed, or is not there, Next leaves to React to say in the browser */
export function isWholePage({ statusCode = 500, headers }: IncomingMessage): boolean {
  return statusCode < 400 && (headers["content-type"]?.startsWith("text/html") ?? false)
}

/** React writes `<` in no text and in no attribute, so each of these is a tag. A script of ours is in no folder of Next. */
const scriptsOfNext =
  /<script\b(?![^>]* src="(?!\/_next\/))[^>]*>.*?<\/script>|<link\b(?=[^>]* (?:as="script"|rel="modulepreload"))[^>]*>/gs

/** @param html a page as Next made it @returns the same without Next's scripts, and without the data that only they read */
export function withoutScripts(html: string): string {
  return html.replace(scriptsOfNext, "")
}
