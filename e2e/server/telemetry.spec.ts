import http from "node:http"
import type { AddressInfo } from "node:net"
import { startOwnServer } from "../fixtures/own-server"
import { expect, test } from "../fixtures/world"

/** Starts a collector that returns 401. @returns the requests it received as `received` */
async function startRefusingCollector() {
  const received: string[] = []
  const server = http.createServer((request, response) => {
    received.push(`${request.method} ${request.url} ${request.headers["content-type"]}`)
    request.resume()
    response.writeHead(401).end()
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  return { received, server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

test("spans are sent as protobuf by default, and a collector that rejects them does not affect requests", async () => {
  const collector = await startRefusingCollector()
  const server = await startOwnServer({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_BSP_SCHEDULE_DELAY: "50" })
  expect((await fetch(`${server.issuer}/authorize?client_id=unknown`)).status).toBe(400)
  await expect.poll(() => collector.received[0]).toBe("POST /v1/traces application/x-protobuf")
  expect((await fetch(`${server.issuer}/authorize?client_id=unknown`)).status).toBe(400)
  expect(await server.stop()).toBe(0)
  collector.server.close()
})

test("an unreachable collector does not keep a server from stopping", async () => {
  const { server: collector, url } = await startRefusingCollector()
  await new Promise((resolve) => collector.close(resolve))
  const server = await startOwnServer({ OTEL_EXPORTER_OTLP_ENDPOINT: url })
  expect((await fetch(`${server.issuer}/authorize?client_id=unknown`)).status).toBe(400)
  expect(await server.stop()).toBe(0)
})

test("the inspector shows everything even if no trace is sampled", async () => {
  const collector = await startRefusingCollector()
  const server = await startOwnServer({
    DEMO: "on",
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_BSP_SCHEDULE_DELAY: "50",
    OTEL_TRACES_SAMPLER: "always_off",
  })
  const refused = await fetch(`${server.issuer}/authorize?client_id=unknown`)
  const address = `${server.issuer}/flows/${refused.headers.get("x-flow-id")}/export?as=json`
  const readFlow = async () => {
    const response = await fetch(address)
    return response.ok ? await response.json() : null
  }
  await expect.poll(readFlow).toMatchObject({
    outcome: "failed",
    reason: "client_unknown",
    recorded: [{ path: "/authorize", steps: [{ facts: { client_id: expect.stringMatching(/^#/) } }] }],
  })
  expect(await server.stop()).toBe(0)
  expect(collector.received).toEqual([])
  collector.server.close()
})

test("an unknown OTLP protocol does not keep the server from serving", async () => {
  const server = await startOwnServer({
    OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9",
    OTEL_EXPORTER_OTLP_PROTOCOL: "grpc",
  })
  expect((await fetch(`${server.issuer}/jwks`)).status).toBe(200)
  expect(await server.stop()).toBe(0)
})
