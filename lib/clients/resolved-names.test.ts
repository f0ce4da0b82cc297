import { type LookupAddress, lookup } from "node:dns"
import { type AddressInfo, createServer, type Server } from "node:net"
import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { applySettings } from "@/lib/testing/settings"
import { fetchPublicDocument } from "./public-document"

// What a hostile name server answers, one answer for each question.
vi.mock("node:dns", async (original) => ({ ...(await original<typeof import("node:dns")>()), lookup: vi.fn() }))

const toAddress = (address: string): LookupAddress => ({ address, family: address.includes(":") ? 6 : 4 })

function answer(...answers: string[][]): void {
  for (const addresses of answers) {
    vi.mocked(lookup).mockImplementationOnce(((_: string, __: object, done: (...result: unknown[]) => void) =>
      done(null, addresses.map(toAddress))) as never)
  }
}

let server: Server
let connections: number
beforeEach(async () => {
  applySettings({ CLIENT_DOCUMENT_NETWORKS: "127.0.0.1/32" })
  vi.mocked(lookup).mockReset()
  connections = 0
  server = createServer((socket) => {
    connections += 1
    socket.destroy()
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
})
afterEach(() => new Promise((resolve) => server.close(resolve)))

const fetchFrom = (host: string) =>
  fetchPublicDocument(new URL(`https://${host}:${(server.address() as AddressInfo).port}/client.json`))

test("a name is resolved once, and the connection goes to the address that was checked", async () => {
  answer(["127.0.0.1"], ["10.0.0.1"])
  expect(await fetchFrom("rebinding.example")).toBeNull()
  expect(lookup).toHaveBeenCalledTimes(1)
  expect(connections).toBe(1)
})

test("a name of a private address is not connected to, although its next answer would be allowed", async () => {
  answer(["10.0.0.1"], ["127.0.0.1"])
  expect(await fetchFrom("rebinding.example")).toBeNull()
  expect(lookup).toHaveBeenCalledTimes(1)
  expect(connections).toBe(0)
})

test("a name with one private address among others is not connected to", async () => {
  for (const addresses of [
    ["127.0.0.1", "169.254.169.254"],
    ["127.0.0.1", "::ffff:10.0.0.1"],
    ["10.0.0.1", "127.0.0.1"],
  ]) {
    answer(addresses)
    expect(await fetchFrom("several.example"), String(addresses)).toBeNull()
  }
  expect(connections).toBe(0)
})
