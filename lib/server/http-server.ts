import http from "node:http"
import net, { type Socket } from "node:net"
import type { Duplex } from "node:stream"
import { setTimeout as sleep } from "node:timers/promises"
import { config } from "@/lib/config"
import { OperatorError } from "@/lib/operator-errors"
import { tryListen } from "./ports"

const seconds = (n: number) => n * 1000
const kibibytes = (n: number) => n * 1024

export type UpgradeListener = (request: http.IncomingMessage, socket: Duplex, head: Buffer) => void

/**
 * Stops serving: no new connection is accepted after SHUTDOWN_DELAY_SECONDS, every answer closes its connection, and open
 * requests finish. Resolves when all connections are closed.
 * @param options.patient whether connections without a request stay open for a while: a client that keeps a connection may
 * be sending on it at this moment, and would get a reset
 */
export type Stop = (options: { patient: boolean }) => Promise<void>

/** How long a patient stop keeps connections without a request open, in milliseconds. */
const lingerMs = 2_000

/** After what time the listener is certainly closed, in milliseconds. With several processes it is the first one's. */
const listenerMs = 100

/**
 * Listens on each of the hosts that this machine has.
 * @param onUpgrade takes WebSockets; without it a request for one is answered like any other
 * @throws OperatorError when the port cannot be had, or this machine has none of the hosts
 */
export async function startHttpServer(
  handler: http.RequestListener,
  hosts: string[],
  port: number,
  onUpgrade?: UpgradeListener,
): Promise<{ stop: Stop }> {
  const { KEEP_ALIVE_SECONDS, REQUEST_SECONDS, SHUTDOWN_DELAY_SECONDS } = config()
  const options: http.ServerOptions = {
    // A request to /authorize can be long, and so can the cookies of other programs on localhost.
    maxHeaderSize: kibibytes(32),
    headersTimeout: seconds(Math.min(15, REQUEST_SECONDS)),
    requestTimeout: seconds(REQUEST_SECONDS),
    keepAliveTimeout: seconds(KEEP_ALIVE_SECONDS),
    connectionsCheckingInterval: seconds(1),
  }
  // The last response of each connection. A set of the open ones would change with every request, and the tables that it
  // leaves behind would keep requests alive until the next full garbage collection: a third fewer requests a second.
  const responses = new Map<Socket, http.ServerResponse | null>()
  let stopping = false

  function onRequest(incoming: http.IncomingMessage, outgoing: http.ServerResponse): void {
    responses.set(incoming.socket, outgoing)
    if (stopping) outgoing.shouldKeepAlive = false
    handler(incoming, outgoing)
  }

  const servers: http.Server[] = []
  for (const host of hosts.includes("::") ? [...hosts, "0.0.0.0"] : hosts) {
    // Only on a machine without IPv6; elsewhere "::" is all addresses.
    if (host === "0.0.0.0" && servers.length > 0) continue
    const server = http.createServer(options, onRequest)
    server.on("connection", (socket) => {
      responses.set(socket, null)
      socket.once("close", () => responses.delete(socket))
    })
    if (onUpgrade) server.on("upgrade", onUpgrade)
    if (await tryListen(server, host, port)) servers.push(server)
  }
  if (servers.length === 0) {
    throw new OperatorError(`This machine has no address ${hosts.join(" or ")}. Correct HOST.`)
  }

  function closeAfterAnswers(): void {
    stopping = true
    for (const response of responses.values()) if (response) response.shouldKeepAlive = false
  }

  return {
    async stop({ patient }) {
      if (patient && SHUTDOWN_DELAY_SECONDS > 0) {
        closeAfterAnswers()
        await sleep(seconds(SHUTDOWN_DELAY_SECONDS))
      }
      const closed = Promise.all(servers.map(stopAccepting))
      // A client whose connection is closed opens another. One in the queue of a listener that closes would be reset.
      if (patient) await sleep(listenerMs)
      closeAfterAnswers()
      for (const response of responses.values()) if (response && isStream(response)) response.destroy()
      if (patient) await Promise.race([closed, sleep(lingerMs)])
      // A connection whose request was open just now becomes idle, and would be kept for the next one.
      const timer = setInterval(() => {
        for (const server of servers) server.closeIdleConnections()
        // Browsers and load balancers open connections ahead. Node does not call one idle that never had a request.
        for (const socket of responses.keys()) if (socket.bytesRead === 0) socket.destroy()
      }, 50)
      await closed
      clearInterval(timer)
    },
  }
}

/** Without `http.Server.close`, which also closes the connections without a request, and so resets some that get one now. */
function stopAccepting(server: http.Server): Promise<void> {
  return new Promise((resolve) => net.Server.prototype.close.call(server, () => resolve()))
}

/** A stream of events ends when its page is closed, which may be in hours. The browser connects again. */
function isStream(response: http.ServerResponse): boolean {
  return String(response.getHeader("content-type")).startsWith("text/event-stream")
}
