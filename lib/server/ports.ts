import net from "node:net"
import { OperatorError } from "@/lib/operator-errors"

/** Every address of this machine: IPv6 and IPv4, or only IPv4. */
const everywhere = ["::", "0.0.0.0"]
/** The addresses that `localhost` can resolve to. */
export const loopback = ["127.0.0.1", "::1"]

/**
 * Checks that the port is free, before slower steps of a start. It connects instead of listening, because a proxy would send
 * requests to a listener and lose them when it closes.
 * @param hosts the addresses to listen on; `::` is all of them
 * @throws OperatorError when another program uses the port
 */
export async function probePort(hosts: string[], port: number): Promise<void> {
  // Some systems let two programs share a port, one on all addresses and the other on a loopback address.
  const addresses = hosts.some((host) => everywhere.includes(host)) ? loopback : hosts
  const taken = await Promise.all(addresses.map((host) => isListening(host, port)))
  if (taken.includes(true)) throw portTaken(port)
}

/** How long to wait for a connection to this machine, in milliseconds. */
const probeMs = 1_000

function isListening(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect({ host, port, timeout: probeMs })
    const end = (listening: boolean) => {
      socket.destroy()
      resolve(listening)
    }
    // Linux may connect a socket to itself when its own port happens to be this one.
    socket.once("connect", () => end(socket.localPort !== port))
    socket.once("timeout", () => end(false))
    // Nothing is listening. Whether this process may listen shows when it does.
    socket.once("error", () => end(false))
  })
}

/** @returns the error for a port that another program uses */
export function portTaken(port: number): OperatorError {
  const other = port < 65_535 ? port + 1 : port - 1
  return new OperatorError(
    `Port ${port} is in use. Stop the other program, or use another port, such as PORT=${other}.`,
  )
}
