import http from "node:http"
import type { Socket } from "node:net"
import type { Duplex } from "node:stream"
import { setTimeout as sleep } from "node:timers/promises"
import { config } from "@/lib/config"
import { markStopping } from "@/lib/health"

const seconds = (n: number) => n * 1000
const kibibytes = (n: number) => n * 1024

export type UpgradeListener = (request: http.IncomingMessage, socket: Duplex, head: Buffer) => void

/** @param options.patient whether to wait for what clients are sending at this moment */
export type Stop = (options: { patient: boolean }) => Promise<void>

/** An HTTP server without a listener: the listener can belong to another process. */
export type HttpServer = {
  /** Serves the requests of a connection. */
  accept(socket: Socket): void
  /**
   * Stops: after SHUTDOWN_DELAY_SECONDS the listener is closed, every response closes its connection, and open requests
   * finish. Resolves when all connections are closed.
   * @param closeListener resolves when no more connections arrive
   */
  stop(options: Parameters<Stop>[0], closeListener: Stop): Promise<void>
}

/**
 * How long a patient stop keeps idle connections open, in milliseconds: a client may be sending a request on one, and
 * closing it would reset that request.
 */
const lingerMs = 2_000

/** Creates an HTTP server. @param onUpgrade handles WebSockets; without it, a request for one is an ordinary request */
export function createHttpServer(handler: http.RequestListener, onUpgrade?: UpgradeListener): HttpServer {
  const { KEEP_ALIVE_SECONDS, REQUEST_SECONDS, SHUTDOWN_DELAY_SECONDS } = config()
  const options: http.ServerOptions = {
    // Requests to /authorize can be long, and so can the cookies of other programs on localhost.
    maxHeaderSize: kibibytes(32),
    headersTimeout: seconds(Math.min(15, REQUEST_SECONDS)),
    requestTimeout: seconds(REQUEST_SECONDS),
    keepAliveTimeout: seconds(KEEP_ALIVE_SECONDS),
    connectionsCheckingInterval: seconds(1),
  }
  // The last response of each connection. A set of open responses would change with every request and keep them alive
  // until the next full garbage collection, which costs a third of the throughput.
  const responses = new Map<Socket, http.ServerResponse | null>()
  let stopping = false

  const server = http.createServer(options, (incoming, outgoing) => {
    responses.set(incoming.socket, outgoing)
    if (stopping) outgoing.shouldKeepAlive = false
    handler(incoming, outgoing)
  })
  if (onUpgrade) server.on("upgrade", onUpgrade)
  // Node starts to check its time limits at this event, and this server does not listen itself.
  server.emit("listening")

  function closeAfterResponses(): void {
    stopping = true
    for (const response of responses.values()) if (response) response.shouldKeepAlive = false
  }

  return {
    accept(socket) {
      responses.set(socket, null)
      socket.once("close", () => responses.delete(socket))
      server.emit("connection", socket)
    },
    async stop({ patient }, closeListener) {
      markStopping()
      if (patient && SHUTDOWN_DELAY_SECONDS > 0) {
        closeAfterResponses()
        await sleep(seconds(SHUTDOWN_DELAY_SECONDS))
      }
      // Until the listener is closed, no connection ends: its client would open another, which the listener would reset.
      await closeListener({ patient })
      closeAfterResponses()
      for (const response of responses.values()) if (response && isStream(response)) response.destroy()
      const lingerUntil = Date.now() + (patient ? lingerMs : 0)
      while (responses.size > 0) {
        if (Date.now() >= lingerUntil) closeIdleConnections()
        await sleep(50)
      }
    },
  }

  function closeIdleConnections(): void {
    server.closeIdleConnections()
    // Browsers and load balancers open connections in advance. Node does not treat these as idle.
    for (const socket of responses.keys()) if (socket.bytesRead === 0) socket.destroy()
  }
}

/** Whether this is an event stream, which can last for hours. The browser reconnects. */
function isStream(response: http.ServerResponse): boolean {
  return String(response.getHeader("content-type")).startsWith("text/event-stream")
}
