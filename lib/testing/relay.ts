import { once } from "node:events"
import net from "node:net"

/** A TCP relay between a program and its database that can go silent. */
export type Relay = {
  /** The database's URL through the relay. */
  url: string
  /** Stops forwarding in both directions, and still accepts connections. */
  silence(): void
  /** Closes all connections, and new ones immediately. */
  cut(): void
  /** Holds each piece of data back for this many milliseconds, in both directions. */
  slow(ms: number): void
  /** Forwards again, including the data that was held back. */
  resume(): void
  close(): Promise<void>
}

/** @param databaseUrl the database to forward to */
export async function startRelay(databaseUrl: string): Promise<Relay> {
  const target = new URL(databaseUrl)
  const pairs = new Set<[net.Socket, net.Socket]>()
  let delayMs = 0
  let mode: "forwarding" | "silent" | "cut" = "forwarding"
  const hold = (pair: net.Socket[]) => {
    for (const socket of pair) {
      if (mode === "cut") socket.destroy()
      else mode === "silent" ? socket.pause() : socket.resume()
    }
  }
  const server = net.createServer((inbound) => {
    const outbound = net.connect(Number(target.port), target.hostname)
    const pair: [net.Socket, net.Socket] = [inbound, outbound]
    pairs.add(pair)
    for (const [from, to] of [pair, [outbound, inbound]] as const) {
      from.on("data", (chunk) => (delayMs > 0 ? setTimeout(() => to.write(chunk), delayMs) : to.write(chunk)))
      from.on("error", () => undefined)
      from.on("close", () => {
        to.destroy()
        pairs.delete(pair)
      })
    }
    hold(pair)
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  const url = new URL(databaseUrl)
  url.hostname = "127.0.0.1"
  url.port = String((server.address() as net.AddressInfo).port)
  const change = (to: typeof mode) => {
    mode = to
    for (const pair of pairs) hold(pair)
  }
  return {
    url: url.href,
    silence: () => change("silent"),
    cut: () => change("cut"),
    slow(ms) {
      delayMs = ms
    },
    resume() {
      delayMs = 0
      change("forwarding")
    },
    async close() {
      const closed = new Promise((resolve) => server.close(resolve))
      for (const pair of pairs) for (const socket of pair) socket.destroy()
      await closed
    },
  }
}
