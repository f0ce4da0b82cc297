import { once } from "node:events"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { expect, test } from "vitest"
import { deleteAfter } from "./registration"

test("clients are deleted although using them fails", async () => {
  const received: string[] = []
  const server = createServer(({ method, headers }, response) => {
    received.push(`${method} ${headers.authorization}`)
    response.writeHead(204).end()
  })
  await once(server.listen(0, "127.0.0.1"), "listening")
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const client = {
    clientId: "a",
    redirectUri: "https://client.example/",
    origin,
    uri: `${origin}/register`,
    token: "t",
  }
  const use = () => Promise.reject(new Error("a fault"))
  await expect(deleteAfter([client, client], use)).rejects.toThrow("a fault")
  expect(received).toEqual(["DELETE Bearer t", "DELETE Bearer t"])
  server.close()
  server.closeAllConnections()
})
