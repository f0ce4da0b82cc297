import type http from "node:http"
import { config } from "@/lib/config"
import { startTurn } from "@/lib/data/turn"
import { startTelemetry } from "@/lib/flows/telemetry"
import { overwriteForwardingHeaders } from "@/lib/http/client-address"
import type { EndpointRequest, EndpointResponse, Handler } from "@/lib/http/exchange"
import { replaceTrace } from "@/lib/http/known-paths"
import { log } from "@/lib/log"
import { prepareFiles } from "./files"
import { createHttpServer, type HttpServer } from "./http-server"
import { startMeasuring } from "./metrics-server"
import { fromIncoming, send } from "./node-exchange"
import { accessLog, observeRequests } from "./observe"
import { root } from "./project"
import { findRefusal } from "./refusals"
import { parseTarget, type Target } from "./target"

/** Finds the handler for a method and path; null for requests that Next handles. */
type FindEndpoint = (method: string | undefined, path: string) => Handler | null

/** Next, loaded in this process. */
export type NextServer = {
  /** Handles a request after `overwriteForwardingHeaders`. */
  handle(incoming: http.IncomingMessage, outgoing: http.ServerResponse): Promise<void>
  /** Receives the WebSockets for Next, in development. */
  webSockets: http.Server
}

/** The parts of app and Next that server.ts passes in, because lib imports neither. */
export type App = {
  loadEndpoints(): Promise<{ findEndpoint: FindEndpoint }>
  /** The response to a request that must not reach Next; null when Next may handle it. */
  guardNext(request: EndpointRequest): Promise<EndpointResponse | null>
  loadNext(options: { dev: boolean; dir: string }): Promise<NextServer>
}

/** What handles requests, in the order in which it is tried. */
export type RequestHandlers = {
  dev: boolean
  findEndpoint: FindEndpoint
  /** Sends the file at the path; false when the path is not a file's. */
  sendFile(incoming: http.IncomingMessage, outgoing: http.ServerResponse, target: Target): boolean
  guardNext: App["guardNext"]
  getNext(): Promise<NextServer>
}

/**
 * Creates the server of this process: endpoints, light pages and files are served directly, the inspector and the playground by Next.
 * Next is loaded at the first request for one of those, because on Node 20 its AsyncLocalStorage slows every promise of the
 * process, and most processes never need it (docs/decisions/024).
 */
export async function createAppServer(app: App): Promise<HttpServer> {
  await startTelemetry()
  const { ACCESS_LOG, DEMO, ENDPOINTS_THROUGH_NEXT } = config()
  const { findEndpoint } = await app.loadEndpoints()
  let next: Promise<NextServer> | undefined
  const getNext = () => {
    next ??= app.loadNext({ dev: false, dir: root })
    return next
  }
  if (DEMO || ENDPOINTS_THROUGH_NEXT) await getNext()
  const handlers: RequestHandlers = {
    dev: false,
    findEndpoint: ENDPOINTS_THROUGH_NEXT ? () => null : findEndpoint,
    sendFile: prepareFiles(),
    guardNext: app.guardNext,
    getNext,
  }
  const observers = [...(await startMeasuring()), ...(ACCESS_LOG ? [accessLog] : [])]
  return createHttpServer(observeRequests(createRequestListener(handlers), observers))
}

export function createRequestListener({
  dev,
  findEndpoint,
  sendFile,
  guardNext,
  getNext,
}: RequestHandlers): http.RequestListener {
  async function answer(incoming: http.IncomingMessage, outgoing: http.ServerResponse, target: Target): Promise<void> {
    const request = fromIncoming(incoming, target)
    const handle = findRefusal(incoming, target, { dev, guardNext }) ?? findEndpoint(incoming.method, target.path)
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
    startTurn()
    const target = parseTarget(incoming.url)
    if (target === null) return void outgoing.writeHead(400).end()
    answer(incoming, outgoing, target).catch((error) => fail(incoming, outgoing, error))
  }
}

/** Handles errors that neither a handler nor Next has handled. */
function fail({ method, url }: http.IncomingMessage, response: http.ServerResponse, error: unknown): void {
  // The client has closed the connection.
  if (response.destroyed) return
  // Only the name: a message may contain a value.
  const problem = error instanceof Error ? error.name : "unknown"
  log().error({ event: "request_failed", method, path: url?.split("?")[0], problem })
  if (response.headersSent) return void response.destroy()
  response.writeHead(503, { "Retry-After": "5", "Content-Type": "text/plain", "Cache-Control": "no-store" })
  response.end("The server can't handle this request right now. Try again in a few seconds.\n")
}
