import { readFileSync } from "node:fs"
import { report } from "../faults/report"
import { testEnvironment } from "../fixtures/environment"
import { startInstance } from "../fixtures/instances"
import { openConnection } from "../fixtures/raw-connection"
import { startRefreshLoad } from "../fixtures/refresh-load"
import { workersOf } from "../fixtures/worker-processes"
import { expect, insertUser, obtainTokens, registerClient, test } from "../fixtures/world"

/** A client with `count` Sessions to refresh. */
async function startSessions(count: number) {
  const client = await registerClient()
  const user = await insertUser()
  const sessions = await Promise.all(Array.from({ length: count }, () => obtainTokens(client, user)))
  return { client, sessions }
}

for (const PROCESSES of ["1", "2"]) {
  test.describe(`with PROCESSES=${PROCESSES}`, () => {
    test("SIGTERM loses no request, and every later response closes its connection - RFC 9112 9.6", async () => {
      const { client, sessions } = await startSessions(6)
      const server = await startInstance({ PROCESSES })
      const load = startRefreshLoad(client, sessions, server.baseUrl)
      // A connection that is idle at the signal and used afterwards.
      const idle = await openConnection(server.port)
      idle.write("GET /jwks HTTP/1.1\r\nHost: localhost\r\n\r\n")
      expect(await idle.received(/\r\n\r\n\{.*\}$/)).toMatch(/^HTTP\/1\.1 200 /)
      await load.answered(60)

      const exited = server.stop("SIGTERM")
      await load.ended
      // Each client stops when it has to reconnect, because the listener is closed.
      expect(load.failures).toEqual(sessions.map(() => "ECONNREFUSED"))
      for (const connections of load.connections) expect(connections.at(-1)).toBe("close")
      idle.write("GET /.well-known/openid-configuration HTTP/1.1\r\nHost: localhost\r\n\r\n")
      const [, late = ""] = (await idle.closed).split(/(?=HTTP\/1\.1 )/)
      expect(late).toMatch(/^HTTP\/1\.1 200 /)
      expect(late).toMatch(/\r\nConnection: close\r\n/)
      expect(late).toMatch(/\}$/)
      expect(await exited).toBe(0)
      await load.finish(testEnvironment().issuer)
    })
  })
}

// Which processes a server has is read from /proc.
if (process.platform === "linux") {
  test("SIGUSR2 replaces the processes under load without failing a request", async () => {
    const { client, sessions } = await startSessions(6)
    const server = await startInstance({ PROCESSES: "2" })
    const before = workersOf(server)
    const load = startRefreshLoad(client, sessions, server.baseUrl)
    await load.answered(60)
    process.kill(server.pid, "SIGUSR2")
    await expect.poll(() => readFileSync(server.logFile, "utf8"), { timeout: 50_000 }).toContain('"event":"reloaded"')
    await load.answered(60)
    const after = workersOf(server)
    expect(after).toHaveLength(2)
    expect(after.filter((pid) => before.includes(pid))).toEqual([])
    await load.finish(server.baseUrl)
    expect(load.failures).toEqual([])
    report("SIGUSR2", { PROCESSES: "2", requests: load.connections.flat().length, failed: 0 })
    expect(await server.stop()).toBe(0)
  })
}
