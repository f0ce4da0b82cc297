import { readdirSync, readFileSync } from "node:fs"
import { testEnvironment } from "../fixtures/environment"
import { startInstance } from "../fixtures/instances"
import type { TestServer } from "../fixtures/server"
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

type Process = { pid: number; role: string }

/** The processes that the first one of a server has started and that run now. */
function processesOf(server: TestServer): Process[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        // The parent is the second field after the name in brackets. What has just ended has no environment any more.
        const parent = readFileSync(`/proc/${name}/stat`, "utf8").split(") ").at(-1)?.split(" ")[1]
        if (parent !== String(server.pid)) return []
        const role = /OAUTH_FLOW_ROLE=(\w+)/.exec(readFileSync(`/proc/${name}/environ`, "utf8"))?.[1]
        return role ? [{ pid: Number(name), role }] : []
      } catch {
        return []
      }
    })
}

const refresh = (client: TestClient, { refresh_token }: Tokens, baseUrl: string) =>
  postForm("/refresh", client, { refresh_token }, { baseUrl })

// Which processes a server has is read from /proc.
if (process.platform === "linux") {
  test("a process that dies is replaced, and meanwhile the others serve", async () => {
    const server = await startInstance({ PROCESSES: "2" })
    try {
      const before = processesOf(server)
      expect(before.map(({ role }) => role).sort()).toEqual(["endpoints", "endpoints", "pages"])
      const [victim, pages] = ["endpoints", "pages"].map((role) => before.find((each) => each.role === role))
      for (const { pid } of [victim, pages] as Process[]) process.kill(pid, "SIGKILL")

      // A connection that the dead one was dealt is lost; once the first process knows, every new one is answered.
      await expect.poll(() => readFileSync(server.logFile, "utf8")).toContain(`"pid":${victim?.pid}`)
      const answers = await Promise.all(
        Array.from({ length: 20 }, () => fetch(`${server.baseUrl}/jwks`, { headers: { Connection: "close" } })),
      )
      expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200))
      // A page waits until the process that makes it is back.
      expect((await fetch(`${server.baseUrl}/sign-in`)).status).toBe(200)
      await expect.poll(() => processesOf(server).length, { timeout: 20_000 }).toBe(3)
      expect(await server.stop()).toBe(0)
      expect(readFileSync(server.logFile, "utf8")).toContain('"event":"process_ended","role":"pages"')
    } finally {
      await server.kill()
    }
  })

  test("the processes end with the first one, whichever way that ends", async () => {
    for (const end of ["stop", "kill"] as const) {
      const server = await startInstance({ PROCESSES: "2" })
      const children = processesOf(server)
      expect(children).toHaveLength(3)
      await server[end]()
      const running = () => children.filter(({ pid }) => isRunning(pid))
      await expect.poll(running, { timeout: 15_000 }).toEqual([])
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

test("what was answered is there after the server was killed", async () => {
  const client = await registerClient()
  const user = await insertUser()
  const sessions = await Promise.all(Array.from({ length: 8 }, () => obtainTokens(client, user)))
  const server = await startInstance()
  const refreshed: Tokens[] = []
  let killed = false
  // Each goes on with the newest refresh token that it has an answer with, until the server is gone.
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
    expect(response.status, "the newest refresh token that was answered still counts").toBe(200)
  }
})
