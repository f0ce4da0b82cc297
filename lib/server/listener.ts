import net, { type Socket } from "node:net"
import { setImmediate as nextTurn } from "node:timers/promises"
import { OperatorError } from "@/lib/operator-errors"
import type { Stop } from "./http-server"
import { portTaken } from "./ports"

/**
 * Listens on each host that this machine has.
 * @param onConnection receives each connection
 * @param options.paused whether no data is read from them, because they will be handed to another process
 * @returns `close`, which accepts no more connections; a patient one first accepts those in the queue
 * @throws OperatorError when the port is not available, or this machine has none of the hosts
 */
export async function listen(
  hosts: string[],
  port: number,
  onConnection: (socket: Socket) => void,
  { paused = false } = {},
): Promise<{ close: Stop }> {
  const servers: net.Server[] = []
  let receive = onConnection
  for (const host of hosts.includes("::") ? [...hosts, "0.0.0.0"] : hosts) {
    // Needed only without IPv6; otherwise "::" covers all addresses.
    if (host === "0.0.0.0" && servers.length > 0) continue
    const options = { noDelay: true, pauseOnConnect: paused }
    const server = net.createServer(options, (socket) => receive(socket))
    if (await tryListen(server, host, port)) servers.push(server)
  }
  if (servers.length === 0) {
    throw new OperatorError(
      `This machine has no address ${hosts.join(" or ")}. Fix HOST, or leave it out to listen on all addresses.`,
    )
  }
  return {
    async close({ patient }) {
      // The clients of these connections open no others until they have their responses.
      const held: Socket[] = []
      receive = (socket) => held.push(socket)
      for (const server of servers) {
        if (patient) await untilQueueIsEmpty(server)
        server.close()
      }
      for (const socket of held) onConnection(socket)
    },
  }
}

/** @returns false when this machine does not have the address. @throws OperatorError when the port is not available */
async function tryListen(server: net.Server, host: string, port: number): Promise<boolean> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject)
      server.listen({ host, port }, () => {
        server.off("error", reject)
        resolve()
      })
    })
    return true
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    switch (code) {
      case "EADDRNOTAVAIL":
      case "EAFNOSUPPORT":
        return false
      case "EADDRINUSE":
        throw portTaken(port)
      case "EACCES":
        throw new OperatorError(`This user may not use port ${port}. Use one above 1023, such as PORT=3000.`)
      case "ENOTFOUND":
      case "EAI_AGAIN":
        throw new OperatorError(
          `HOST=${host} is not an address of this machine. Leave HOST out to listen on all addresses.`,
        )
      default:
        throw error
    }
  }
}

/** How long no connection must have arrived before a listener closes, in milliseconds. */
const quietMs = 20

/** After this time, in milliseconds, a moment without a connection is enough. */
const patienceMs = 200

/** After this time, in milliseconds, the listener closes in any case. */
const maxWaitMs = 400

/** A turn of the event loop that took longer, in milliseconds, leaves time for another connection to arrive. */
const shortTurnMs = 0.05

/**
 * Waits until no connection is in the listener's queue. The kernel resets those that are, and a proxy does not send a POST
 * again that it sent on one. Each turn of the event loop accepts one connection.
 */
async function untilQueueIsEmpty(server: net.Server): Promise<void> {
  const startedAt = performance.now()
  let acceptedAt = startedAt
  server.on("connection", () => {
    acceptedAt = performance.now()
  })
  let turnAt = startedAt
  let now = startedAt
  const isQuiet = () => now - acceptedAt >= (now - startedAt < patienceMs ? quietMs : now - turnAt)
  do {
    turnAt = now
    await nextTurn()
    now = performance.now()
  } while (now - startedAt < maxWaitMs && !(isQuiet() && now - turnAt < shortTurnMs))
}
