import { readFileSync } from "node:fs"
import { testEnvironment } from "../fixtures/environment"
import { startInstance } from "../fixtures/instances"
import { openConnection } from "../fixtures/raw-connection"
import { workersOf } from "../fixtures/worker-processes"
import {
  expect,
  insertUser,
  obtainTokens,
  postForm,
  readTokens,
  registerClient,
  type TestClient,
  type Tokens,
  test,
} from "../fixtures/world"

const refresh = (client: TestClient, { refresh_token }: Tokens, baseUrl: string) =>
  postForm("/refresh", client, { refresh_token }, { baseUrl })

// Which processes a server has is read from /proc.
if (process.platform === "linux") {
  test("a process that dies is replaced while the others keep serving", async () => {
    const server = await startInstance({ PROCESSES: "2" })
    try {
      const [victim = 0, other = 0, ...more] = workersOf(server)
      expect(more).toEqual([])
      process.kill(victim, "SIGKILL")
      // A connection to the dead process is lost. Once the first process has noticed, all new ones are answered.
      await expect.poll(() => readFileSync(server.logFile, "utf8")).toContain(`"pid":${victim}`)
      const paths = Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? "/jwks" : "/sign-in"))
      const answers = await Promise.all(
        paths.map((path) => fetch(`${server.baseUrl}${path}`, { headers: { Connection: "close" } })),
      )
      expect(answers.map(({ status }) => status)).toEqual(paths.map(() => 200))
      await expect.poll(() => workersOf(server).filter((pid) => pid !== other).length, { timeout: 30_000 }).toBe(1)
      expect(await server.stop()).toBe(0)
    } finally {
      await server.kill()
    }
  })

  test("a connection that arrives while a process dies is answered or closed", async () => {
    const server = await startInstance({ PROCESSES: "2" })
    try {
      const [victim = 0] = workersOf(server)
      // After SIGCONT, the first process sees the lost channel first, then the connections, and then the end of its child.
      process.kill(server.pid, "SIGSTOP")
      process.kill(victim, "SIGKILL")
      await expect.poll(() => readFileSync(`/proc/${victim}/stat`, "utf8")).toContain(") Z ")
      const connections = await Promise.all(Array.from({ length: 10 }, () => openConnection(server.port)))
      for (const { write } of connections) write("GET /jwks HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
      process.kill(server.pid, "SIGCONT")
      for (const { closed } of connections) expect(await closed).toMatch(/^$|^HTTP\/1\.1 200 /)
      expect(await server.stop()).toBe(0)
    } finally {
      await server.kill()
    }
  })

  test("a process that is stopped alone finishes its requests and is replaced", async () => {
    const server = await startInstance({ PROCESSES: "2" })
    const [stopped = 0, other = 0] = workersOf(server)
    const open = await Promise.all([openConnection(server.port), openConnection(server.port)])
    process.kill(stopped, "SIGTERM")
    for (const connection of open) {
      connection.write("GET /jwks HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
      expect(await connection.closed).toMatch(/^HTTP\/1\.1 200 /)
    }
    await expect.poll(() => workersOf(server), { timeout: 30_000 }).toEqual([other, expect.any(Number)])
    expect(workersOf(server)).not.toContain(stopped)
    expect((await fetch(`${server.baseUrl}/jwks`)).status).toBe(200)
    expect(await server.stop()).toBe(0)
  })

  test("all processes end when the first one is stopped or killed", async () => {
    for (const end of ["stop", "kill"] as const) {
      const server = await startInstance({ PROCESSES: "2" })
      const workers = workersOf(server)
      expect(workers).toHaveLength(2)
      await server[end]()
      await expect.poll(() => workers.filter(isRunning), { timeout: 15_000 }).toEqual([])
    }
  })
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

test("what the server confirmed is stored, even if it is killed", async () => {
  const client = await registerClient()
  const user = await insertUser()
  const sessions = await Promise.all(Array.from({ length: 8 }, () => obtainTokens(client, user)))
  const server = await startInstance()
  const refreshed: Tokens[] = []
  let killed = false
  // Each chain refreshes with its newest refresh token until the server is killed.
  const chains = sessions.map(async (first) => {
    let newest = first
    while (!killed) {
      const tokens = await refresh(client, newest, server.baseUrl)
        .then(readTokens)
        .catch(() => null)
      if (tokens === null) break
      newest = tokens
      if (refreshed.length === 200) {
        killed = true
        await server.kill()
      }
      refreshed.push(newest)
    }
    return newest
  })
  const newest = await Promise.all(chains)
  expect(refreshed.length).toBeGreaterThan(200)

  const { issuer } = testEnvironment()
  for (const tokens of newest) {
    const response = await refresh(client, tokens, issuer)
    expect(response.status, "the newest refresh token is still valid").toBe(200)
  }
})
