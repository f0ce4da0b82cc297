import type http from "node:http"
import { config } from "@/lib/config"
import { startTelemetry } from "@/lib/flows/telemetry"
import { overwriteForwardingHeaders } from "@/lib/http/client-address"
import type { EndpointRequest, EndpointResponse, Handler } from "@/lib/http/exchange"
import { replaceTrace } from "@/lib/http/known-paths"
import { log } from "@/lib/log"
import { listen, type Stop } from "./listen"
import { fromIncoming, send } from "./node-exchange"
import { root } from "./project"
import { findNextRefusal, findRefusal } from "./refusals"
import { findTarget, type Target } from "./target"

/** The handler of a method and path that is answered without Next; null for what Next answers. */
export type FindEndpoint = (method: string | undefined, path: string) => Handler | null

/** Next, loaded in this process. */
export type NextServer = {
  /** Answers instead of Next where that must not be asked; null when it is to answer. */
  guard(request: EndpointRequest): Promise<EndpointResponse | null>
  /** Answers a request whose forwarding headers are true (`overwriteForwardingHeaders`). */
  handle(incoming: http.IncomingMessage, outgoing: http.ServerResponse): Promise<void>
  /** Where WebSockets are handed to Next, in development. */
  webSockets: http.Server
}

/** What the root's server.ts passes in: lib imports nothing of app, and nothing of Next. */
export type App = {
  loadEndpoints(): Promise<{ findEndpoint: FindEndpoint }>
  loadNext(options: { dev: boolean; dir: string }): Promise<NextServer>
}

/** Answers requests in this process: endpoints and light pages directly, everything else by Next. */
export async function serve(app: App, hosts: string[]): Promise<{ stop: Stop }> {
  await startTelemetry()
  const [{ findEndpoint }, next] = await Promise.all([app.loadEndpoints(), app.loadNext({ dev: false, dir: root })])
  const direct = config().ENDPOINTS_THROUGH_NEXT ? () => null : findEndpoint
  return listen(answerWith(direct, next), hosts, config().PORT)
}

export function answerWith(findEndpoint: FindEndpoint, next: NextServer): http.RequestListener {
  async function answer(incoming: http.IncomingMessage, outgoing: http.ServerResponse, target: Target): Promise<void> {
    const request = fromIncoming(incoming, target)
    const handle =
      findRefusal(incoming, target) ?? findEndpoint(incoming.method, target.path) ?? findNextRefusal(target)
    if (handle) return send(await handle(request), outgoing)
    const guarded = await next.guard(request)
    if (guarded) return send(guarded, outgoing)
    incoming.url = target.whole
    replaceTrace(incoming)
    overwriteForwardingHeaders(incoming.headers, incoming.socket.remoteAddress)
    return next.handle(incoming, outgoing)
  }

  return (incoming, outgoing) => {
    const target = findTarget(incoming.url)
    if (target === null) return void outgoing.writeHead(400).end()
    answer(incoming, outgoing, target).catch((error) => fail(incoming, outgoing, error))
  }
}

/** The last resort: handlers and Next answer for their own errors. */
function fail({ method, url }: http.IncomingMessage, response: http.ServerResponse, error: unknown): void {
  // The client has closed the connection.
  if (response.destroyed) return
  // The name alone: a message may hold a value.
  const problem = error instanceof Error ? error.name : "unknown"
  log().error({ event: "request_failed", method, path: url?.split("?")[0], problem })
  if (response.headersSent) return void response.destroy()
  response.writeHead(503, { "Retry-After": "5", "Content-Type": "text/plain", "Cache-Control": "no-store" })
  response.end("The server can't answer this now. Try again in a few seconds.\n")
}
