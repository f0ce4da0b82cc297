import { createHook } from "node:async_hooks"
import net, { type AddressInfo } from "node:net"
import { afterEach, expect, test } from "vitest"
import { findFreePort } from "@/lib/testing/free-port"
import { loopback, probePort } from "./ports"

const open: net.Server[] = []
afterEach(() => Promise.all(open.splice(0).map((server) => new Promise((resolve) => server.close(resolve)))))

async function listenOn(host: string, port = 0): Promise<number> {
  const server = net.createServer((socket) => socket.destroy())
  open.push(server)
  await new Promise<void>((resolve) => server.listen(port, host, resolve))
  return (server.address() as AddressInfo).port
}

test("a port in use on a loopback address is in use for all addresses", async () => {
  const port = await listenOn("127.0.0.1")
  for (const hosts of [["::"], ["0.0.0.0"], ["127.0.0.1"], loopback]) {
    await expect(probePort(hosts, port), hosts.join()).rejects.toThrow(`Port ${port} is in use`)
  }
})

test("a probe connects and does not listen, so that no proxy mistakes it for the server", async () => {
  const port = await findFreePort()
  const opened: string[] = []
  const hook = createHook({ init: (_id, type) => void opened.push(type) }).enable()
  await probePort(["::"], port)
  hook.disable()
  expect(opened).toContain("TCPWRAP")
  expect(opened).not.toContain("TCPSERVERWRAP")
})
