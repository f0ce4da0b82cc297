import { once } from "node:events"
import net from "node:net"
import { text } from "node:stream/consumers"
import { expect, test } from "vitest"
import { findFreePort } from "@/lib/testing/free-port"
import { applySettings } from "@/lib/testing/settings"
import { createHttpServer } from "./http-server"
import { listen } from "./listener"

test("a stop answers the connections that wait in the listener's queue", async () => {
  applySettings()
  const port = await findFreePort()
  const server = createHttpServer((_, outgoing) => outgoing.end("answered"))
  const listener = await listen(["127.0.0.1"], port, server.accept)
  // The kernel connects all of them in one turn of the event loop, and the server accepts one in each turn.
  const clients = Array.from({ length: 20 }, () => net.connect(port, "127.0.0.1"))
  await Promise.all(clients.map((client) => once(client, "connect")))
  const answers = Promise.all(
    clients.map(async (client) => {
      client.write("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
      return (await text(client).catch(String)).split("\r\n").at(-1)
    }),
  )
  await server.stop({ patient: true }, listener.close)
  expect(await answers).toEqual(clients.map(() => "answered"))
})

test("the server does not listen on an address that this machine does not have", async () => {
  const listening = listen(["192.0.2.1"], await findFreePort(), (socket) => socket.destroy())
  await expect(listening).rejects.toThrow("This machine has no address 192.0.2.1.")
})
