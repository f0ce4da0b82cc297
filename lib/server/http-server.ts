import http from "node:http"
import net, { type Socket } from "node:net"
import type { Duplex } from "node:stream"
import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises"
import { config } from "@/lib/config"
import { OperatorError } from "@/lib/operator-errors"
import { tryListen } from "./ports"

const seconds = (n: number) => n * 1000
const kibibytes = (n: number) => n * 1024

export type UpgradeListener = (request: http.IncomingMessage, socket: Duplex, head: Buffer) => void

/**
 * Stops the server: after SHUTDOWN_DELAY_SECONDS it accepts no new connection, every response closes its connection, and
 * open requests finish. Resolves when all connections are closed.
 * @param options.patient whether idle connections stay open for a moment: a client may be sending a request on one, and
 * closing it would reset that request
 */
export type Stop = (options: { patient: boolean }) => Promise<void>

/** How long a patient stop keeps idle connections open, in milliseconds. */
const lingerMs = 2_000

/** Enough time for the listener to close, in milliseconds. With several processes the first one closes it. */
const listenerMs = 100

/**
 * Starts an HTTP server on each host that this machine has.
 * @param onUpgrade handles WebSockets; without it, a request for one is an ordinary request
 * @throws OperatorError when the port is not available, or this machine has none of the hosts
 */
export async function startHttpServer(
  handler: http.RequestListener,
  hosts: string[],
  port: number,
  onUpgrade?: UpgradeListener,
): Promise<{ stop: Stop }> {
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

  function onRequest(incoming: http.IncomingMessage, outgoing: http.ServerResponse): void {
    responses.set(incoming.socket, outgoing)
    if (stopping) outgoing.shouldKeepAlive = false
    handler(incoming, outgoing)
  }

  const servers: http.Server[] = []
  for (const host of hosts.includes("::") ? [...hosts, "0.0.0.0"] : hosts) {
    // Needed only without IPv6; otherwise "::" covers all addresses.
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
    throw new OperatorError(
      `This machine has no address ${hosts.join(" or ")}. Fix HOST, or leave it out to listen on all addresses.`,
    )
  }

  function closeAfterResponses(): void {
    stopping = true
    for (const response of responses.values()) if (response) response.shouldKeepAlive = false
  }

  return {
    async stop({ patient }) {
      if (patient && SHUTDOWN_DELAY_SECONDS > 0) {
        closeAfterResponses()
        await sleep(seconds(SHUTDOWN_DELAY_SECONDS))
      }
      if (patient) for (const server of servers) await untilQueueIsEmpty(server)
      const closed = Promise.all(servers.map(stopAccepting))
      // Until the listener is closed, no connection ends: its client would open another, which the listener would reset.
      if (patient) await sleep(listenerMs)
      closeAfterResponses()
      for (const response of responses.values()) if (response && isStream(response)) response.destroy()
      if (patient) await Promise.race([closed, sleep(lingerMs)])
      // Connections become idle when their request ends, and would stay open for the next one.
      const timer = setInterval(() => {
        for (const server of servers) server.closeIdleConnections()
        // Browsers and load balancers open connections in advance. Node does not treat these as idle.
        for (const socket of responses.keys()) if (socket.bytesRead === 0) socket.destroy()
      }, 50)
      await closed
      clearInterval(timer)
    },
  }
}

/** How many turns of the event loop a listener may take to empty its queue. Each turn accepts one connection. */
const maxQueueTurns = 1_000

/** A turn that took longer, in milliseconds, leaves time for another connection to arrive. */
const shortTurnMs = 0.2

/**
 * Waits until no connection is in the listener's queue. The kernel resets those that are, and a proxy does not send a POST
 * again that it sent on one.
 */
async function untilQueueIsEmpty(server: http.Server): Promise<void> {
  let accepted = true
  const onConnection = () => {
    accepted = true
  }
  server.on("connection", onConnection)
  // The turn that is running may not look at the queue any more.
  await nextTurn()
  let lastTurn = 0
  for (let i = 0; i < maxQueueTurns && (accepted || performance.now() - lastTurn > shortTurnMs); i++) {
    accepted = false
    lastTurn = performance.now()
    await nextTurn()
  }
  server.off("connection", onConnection)
}

/** Closes only the listener. `http.Server.close` also closes idle connections, some of which are receiving a request. */
function stopAccepting(server: http.Server): Promise<void> {
  return new Promise((resolve) => net.Server.prototype.close.call(server, () => resolve()))
}

/** Whether this is an event stream, which can last for hours. The browser reconnects. */
function isStream(response: http.ServerResponse): boolean {
  return String(response.getHeader("content-type")).startsWith("text/event-stream")
}
