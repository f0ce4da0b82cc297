import type http from "node:http"
import net from "node:net"
import { OperatorError } from "@/lib/operator-errors"

/** All addresses of this machine, over IPv6 and IPv4, or over IPv4 alone. */
const everywhere = ["::", "0.0.0.0"]
/** What a browser may take `localhost` for. */
export const loopback = ["127.0.0.1", "::1"]

/**
 * Asks whether another program has the port, before anything that takes long. It connects and does not listen: a proxy would
 * send requests to a listener, and lose them when that is closed again.
 * @param hosts the addresses to listen on; `::` is all of them
 * @throws OperatorError when the port is taken
 */
export async function probePort(hosts: string[], port: number): Promise<void> {
  // Some systems let two programs share a port, one on all addresses and the other on a loopback address.
  const asked = hosts.some((host) => everywhere.includes(host)) ? loopback : hosts
  const taken = await Promise.all(asked.map((host) => isAnswered(host, port)))
  if (taken.includes(true)) throw portTaken(port)
}

/** How long an address of this machine may take to answer, in milliseconds. */
const probeMs = 1_000

function isAnswered(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect({ host, port, timeout: probeMs })
    const end = (answered: boolean) => {
      socket.destroy()
      resolve(answered)
    }
    // Linux may connect a socket to itself when its own port happens to be this one.
    socket.once("connect", () => end(socket.localPort !== port))
    socket.once("timeout", () => end(false))
    // Nothing listens there. Whether this process may is found out when it does.
    socket.once("error", () => end(false))
  })
}

function portTaken(port: number): OperatorError {
  const other = port < 65_535 ? port + 1 : port - 1
  return new OperatorError(`Port ${port} is taken: stop the other program, or choose another with PORT=${other}.`)
}

/** @returns false when this machine has no such address. @throws OperatorError when the port cannot be had there */
export async function tryListen(server: http.Server, host: string, port: number): Promise<boolean> {
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
        throw new OperatorError(`Port ${port} is not for this user: choose one above 1023, such as PORT=3000.`)
      case "ENOTFOUND":
      case "EAI_AGAIN":
        throw new OperatorError(`HOST=${host} is no address of this machine. Leave HOST out to listen on all of them.`)
      default:
        throw error
    }
  }
}
