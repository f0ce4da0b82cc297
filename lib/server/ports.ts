import http from "node:http"
import { OperatorError } from "@/lib/operator-errors"

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
