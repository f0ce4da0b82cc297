import http from "node:http"
import { maySeeFlows } from "@/lib/authentication/operators"
import { config } from "@/lib/config"
import { Flow } from "@/lib/flows/flow"
import { listFlows } from "@/lib/flows/inspector"
import { readTokenCookie } from "@/lib/http/cookies"
import { refuse } from "@/lib/http/endpoint"
import { errorPage, notFoundPage } from "@/lib/http/error-page"
import type { EndpointRequest, EndpointResponse } from "@/lib/http/exchange"
import { toOAuthError } from "@/lib/http/failures"
import type { NextServer } from "@/lib/server/serve"

/**
 * Loads Next in this process.
 * @param options.dir the project's root
 */
export async function loadNext(options: { dev: boolean; dir: string }): Promise<NextServer> {
  // Next accepts WebSockets (the reload in development) from the server it gets, and leaves unknown ones open. This server
  // does not listen: development forwards WebSockets to it, production has none.
  const webSockets = http.createServer()
  const { default: next } = await import("next")
  const { PORT: port } = config()
  const app = next({ ...options, hostname: "localhost", port, httpServer: webSockets, quiet: !options.dev })
  await app.prepare()
  return { handle: app.getRequestHandler(), webSockets }
}

/**
 * Answers instead of Next where a page would only say that it does not exist, or would fail: Next has no page for a
 * database that is not available.
 * @returns null when Next is to answer
 */
export async function guardNext(request: EndpointRequest): Promise<EndpointResponse | null> {
  if (!/^\/(flows(?!\/enter)|playground)(\/|$)/.test(request.path)) return null
  try {
    if (config().flowInspector === "everybody" && !isLoopbackHost(request.header("host"))) return notFoundPage()
    const isPlayground = request.path.startsWith("/playground")
    if (isPlayground && !config().DEMO) return notFoundPage()
    const isOpen = await maySeeFlows(readTokenCookie(request, "operator"))
    if (!isPlayground && !isOpen) return notFoundPage()
    await listFlows({}, 1)
    return null
  } catch (error) {
    const flow = new Flow("GET", request.path)
    return errorPage(request, refuse(request, "GET", toOAuthError(error), flow), flow.id)
  }
}

/**
 * Whether the browser asked for a name of this machine. Where the inspector is open to everyone who reaches this machine, a
 * page elsewhere could read it through a name of its own that resolves to 127.0.0.1 (DNS rebinding).
 */
function isLoopbackHost(host: string | null): boolean {
  if (host === null || !URL.canParse(`http://${host}`)) return false
  const { hostname } = new URL(`http://${host}`)
  return ["localhost", "127.0.0.1", "[::1]", new URL(config().issuer).hostname].includes(hostname)
}
