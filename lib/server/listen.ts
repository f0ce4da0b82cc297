import http from "node:http"
import type { Duplex } from "node:stream"
import { OperatorError } from "@/lib/operator-errors"

const seconds = (n: number) => n * 1000
const kibibytes = (n: number) => n * 1024

export type UpgradeListener = (request: http.IncomingMessage, socket: Duplex, head: Buffer) => void

/** All addresses of this machine, over IPv6 and IPv4, or over IPv4 alone. */
const everywhere = ["::", "0.0.0.0"]
/** What a browser may take `localhost` for. */
export const loopback = ["127.0.0.1", "::1"]

/**
 * Tries the port before anything that takes long.
 * @param hosts the addresses to listen on; `::` is all of them
 * @returns those of the hosts that this machine has
 * @throws OperatorError when the port cannot be had, or the machine has none of the hosts
 */
export async function probePort(hosts: string[], port: number): Promise<string[]> {
  const present = await filterPresent(hosts, port)
  // A machine without IPv6 has no address "::"; there, all addresses are those of IPv4.
  if (present.length === 0 && hosts.includes("::")) return probePort(["0.0.0.0"], port)
  if (present.length === 0) throw new OperatorError(`This machine has no address ${hosts.join(" or ")}. Correct HOST.`)
  // Some systems let two programs share a port, one on all addresses and the other on a loopback address.
  if (hosts.some((host) => everywhere.includes(host))) await filterPresent(loopback, port)
  return present
}

async function filterPresent(hosts: string[], port: number): Promise<string[]> {
  const present: string[] = []
  for (const host of hosts) {
    const server = http.createServer()
    if (!(await tryListen(server, host, port))) continue
    await new Promise((resolve) => server.close(resolve))
    present.push(host)
  }
  return present
}

/**
 * Listens on each of the hosts.
 * @param hosts as `probePort` returned them
 * @param onUpgrade takes WebSockets; without it a request for one is answered like any other
 * @returns close: stops accepting, lets open requests finish, and resolves when all connections are closed
 * @throws OperatorError when the port cannot be had any more
 */
export async function listen(
  handler: http.RequestListener,
  hosts: string[],
  port: number,
  onUpgrade?: UpgradeListener,
): Promise<{ close: () => Promise<void> }> {
  const servers = hosts.map(() => createServer(handler))
  for (const [i, server] of servers.entries()) {
    if (onUpgrade) server.on("upgrade", onUpgrade)
    await tryListen(server, hosts[i] ?? "", port)
  }
  return { close: async () => void (await Promise.all(servers.map(closeServer))) }
}

/** A server of HTTP/1.1 that listens nowhere yet. */
export function createServer(handler: http.RequestListener): http.Server {
  return http.createServer(
    {
      // A request to /authorize can be long, and so can the cookies of other programs on localhost.
      maxHeaderSize: kibibytes(32),
      headersTimeout: seconds(15),
      requestTimeout: seconds(30),
      // Longer than the minute for which the usual load balancers keep a connection, so that it is they who close it.
      keepAliveTimeout: seconds(65),
    },
    handler,
  )
}

/** @returns false when this machine has no such address. @throws OperatorError when the port cannot be had there */
async function tryListen(server: http.Server, host: string, port: number): Promise<boolean> {
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
    const other = port < 65_535 ? port + 1 : port - 1
    switch (code) {
      case "EADDRNOTAVAIL":
      case "EAFNOSUPPORT":
        return false
      case "EADDRINUSE":
        throw new OperatorError(`Port ${port} is taken: stop the other program, or choose another with PORT=${other}.`)
      case "EACCES":
        throw new OperatorError(`Port ${port} is not for this user: choose one above 1023, such as PORT=3000.`)
      case "ENOTFOUND":
      case "EAI_AGAIN":
        throw new OperatorError(`HOST=${host} is no address of this machine. Leave HOST out to listen on all of them.`)
      default:
        throw error
    }
  }
}

/** Stops accepting, lets open requests finish, and resolves when all connections are closed. */
export async function closeServer(server: http.Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  // A connection whose request was open just now becomes idle, and would be kept for the next one.
  const timer = setInterval(() => server.closeIdleConnections(), 50)
  await closed
  clearInterval(timer)
}
