import type http from "node:http"
import { config } from "@/lib/config"
import { startTelemetry } from "@/lib/flows/telemetry"
import { overwriteForwardingHeaders } from "@/lib/http/client-address"
import type { EndpointRequest, EndpointResponse, Handler } from "@/lib/http/exchange"
import { replaceTrace } from "@/lib/http/known-paths"
import { log } from "@/lib/log"
import { prepareFiles } from "./files"
import { type Stop, startHttpServer } from "./http-server"
import { fromIncoming, send } from "./node-exchange"
import { root } from "./project"
import { findRefusal } from "./refusals"
import { parseTarget, type Target } from "./target"

/** The handler of a method and path that is answered without Next; null for what Next answers. */
type FindEndpoint = (method: string | undefined, path: string) => Handler | null

/** Next, loaded in this process. */
export type NextServer = {
  /** Answers a request whose forwarding headers are true (`overwriteForwardingHeaders`). */
  handle(incoming: http.IncomingMessage, outgoing: http.ServerResponse): Promise<void>
  /** Where WebSockets are handed to Next, in development. */
  webSockets: http.Server
}

/** What the root's server.ts passes in: lib imports nothing of app, and nothing of Next. */
export type App = {
  loadEndpoints(): Promise<{ findEndpoint: FindEndpoint }>
  /** Answers instead of Next where that must not be asked; null when it is to answer. */
  guardNext(request: EndpointRequest): Promise<EndpointResponse | null>
  loadNext(options: { dev: boolean; dir: string }): Promise<NextServer>
}

/** What a process answers requests with, from the first to the last that is asked. */
export type Answerers = {
  dev: boolean
  findEndpoint: FindEndpoint
  /** Answers with a file; false when there is none at the path. */
  sendFile(incoming: http.IncomingMessage, outgoing: http.ServerResponse, target: Target): boolean
  guardNext: App["guardNext"]
  getNext(): Promise<NextServer>
}

/**
 * Answers requests in this process: endpoints, light pages and files directly, the inspector and the playground by Next.
 * Next is loaded when the first of those is asked for: on Node 20 its AsyncLocalStorage makes every promise of a process
 * slower, and most processes never need it (docs/decisions/024).
 */
export async function serve(app: App, hosts: string[]): Promise<{ stop: Stop }> {
  await startTelemetry()
  const { DEMO, ENDPOINTS_THROUGH_NEXT, PORT } = config()
  const { findEndpoint } = await app.loadEndpoints()
  let next: Promise<NextServer> | undefined
  const getNext = () => {
    next ??= app.loadNext({ dev: false, dir: root })
    return next
  }
  if (DEMO || ENDPOINTS_THROUGH_NEXT) await getNext()
  const answerers: Answerers = {
    dev: false,
    findEndpoint: ENDPOINTS_THROUGH_NEXT ? () => null : findEndpoint,
    sendFile: prepareFiles(),
    guardNext: app.guardNext,
    getNext,
  }
  return startHttpServer(answerWith(answerers), hosts, PORT)
}

export function answerWith({ dev, findEndpoint, sendFile, guardNext, getNext }: Answerers): http.RequestListener {
  async function answer(incoming: http.IncomingMessage, outgoing: http.ServerResponse, target: Target): Promise<void> {
    const request = fromIncoming(incoming, target)
    const handle = findRefusal(incoming, target, { dev }) ?? findEndpoint(incoming.method, target.path)
    if (handle) return send(await handle(request), outgoing)
    if (sendFile(incoming, outgoing, target)) return
    const guarded = await guardNext(request)
    if (guarded) return send(guarded, outgoing)
    incoming.url = target.whole
    replaceTrace(incoming)
    overwriteForwardingHeaders(incoming)
    return (await getNext()).handle(incoming, outgoing)
  }

  return (incoming, outgoing) => {
    const target = parseTarget(incoming.url)
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
