import { startInstance } from "../fixtures/instances"
import { openConnection, sendSlowly } from "../fixtures/raw-connection"
import { expect, test } from "../fixtures/world"

test("KEEP_ALIVE_SECONDS and REQUEST_SECONDS end connections on time - RFC 9110 15.5.9", async () => {
  await Promise.all(["1", "2"].map(expectTimeLimits))
})

async function expectTimeLimits(PROCESSES: string): Promise<void> {
  // More than Node's default of 5 seconds, and less than the 30 seconds between its checks for slow requests.
  const server = await startInstance({ PROCESSES, KEEP_ALIVE_SECONDS: "7", REQUEST_SECONDS: "4" })
  async function closeIdle(): Promise<number> {
    const idle = await openConnection(server.port)
    idle.write("GET /jwks HTTP/1.1\r\nHost: localhost\r\n\r\n")
    await idle.received(/\r\n\r\n\{.*\}$/)
    const answered = Date.now()
    await idle.closed
    return Date.now() - answered
  }
  const slowForms = ["/refresh", "/sign-in/submit", "/sign-in"].map((path) => sendSlowly(server.port, path))
  const [idleMs, refresh, signIn, page] = await Promise.all([closeIdle(), ...slowForms])
  expect(idleMs).toBeGreaterThan(6_900)
  expect(idleMs).toBeLessThan(14_000)
  for (const slow of [refresh, signIn]) {
    expect(slow?.answer).toMatch(/^HTTP\/1\.1 408 /)
    expect(slow?.afterMs).toBeGreaterThan(3_900)
    expect(slow?.afterMs).toBeLessThan(8_000)
  }
  // A page accepts no form, so it does not wait for the rest.
  expect(page?.answer).toMatch(/^HTTP\/1\.1 405 /)
  await server.stop()
}
