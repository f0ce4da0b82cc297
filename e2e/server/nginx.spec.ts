import { findFreePort } from "@/lib/testing/free-port"
import { faultOptions } from "../faults/options"
import { report } from "../faults/report"
import { testEnvironment } from "../fixtures/environment"
import { postPage } from "../fixtures/forms"
import { newLogFile } from "../fixtures/instances"
import { registerLargestRequest } from "../fixtures/largest-request"
import { ensureNginx, type Nginx, startNginx } from "../fixtures/nginx"
import { highLimits } from "../fixtures/own-server"
import { sendSlowly } from "../fixtures/raw-connection"
import { startRefreshLoad } from "../fixtures/refresh-load"
import { remember } from "../fixtures/secrets"
import { startServer, type TestServer } from "../fixtures/server"
import { expect, insertUser, locationOf, obtainTokens, registerClient, TestBrowser, test } from "../fixtures/world"

/** A server behind a proxy, whose address is the issuer. */
function startBehind(proxyPort: number, env: Record<string, string> = {}, port?: number): Promise<TestServer> {
  const { databaseUrl, secret } = testEnvironment()
  const issuer = `http://localhost:${proxyPort}`
  const settings = { ...highLimits, TRUSTED_PROXIES: "1", ...env }
  return startServer({ databaseUrl, secret, port, issuer, env: settings, logFile: newLogFile() })
}

const executable = ensureNginx() ?? ""
let proxyPort = 0
let servers: TestServer[] = []
let nginx: Nginx

test.skip(
  executable === "",
  "nginx is missing and could not be installed. Install it (Debian: apt-get install nginx-light) or put it in PATH.",
)
test.describe.configure({ mode: "serial" })
test.beforeAll(async () => {
  proxyPort = await findFreePort()
  servers = await Promise.all([startBehind(proxyPort), startBehind(proxyPort)])
  const ports = servers.map(({ port }) => port)
  nginx = await startNginx(executable, ports, { port: proxyPort })
})
test.afterAll(async () => {
  await nginx?.stop()
  await Promise.all(servers.map((server) => server.stop()))
})

test("the largest allowed request passes through a stock nginx, from /authorize through sign-in to the client", async () => {
  const { client, path, redirectUri, state } = await registerLargestRequest()
  const user = await insertUser()
  const browser = new TestBrowser(nginx.baseUrl)
  const redirect = await browser.fetch(path)
  expect(redirect.status).toBe(303)
  const { pathname, search } = locationOf(redirect)
  remember(new URLSearchParams(search).get("state"))
  const headers = { Origin: nginx.baseUrl }
  const submit = (password: string) =>
    postPage(browser, `${pathname}${search}`, { email: user.email, password }, { headers })
  const refused = await submit("not the password")
  expect([refused.status, locationOf(refused).pathname]).toEqual([303, "/sign-in"])
  const signedIn = await submit(user.password)
  expect([signedIn.status, locationOf(signedIn).pathname]).toEqual([303, "/callback"])
  const answer = await browser.fetch(locationOf(signedIn).href)
  expect(answer.status).toBe(303)
  expect(locationOf(answer).href.startsWith(`${redirectUri}?code=`), client.clientId).toBe(true)
  remember(locationOf(answer).searchParams.get("code"))
  expect(locationOf(answer).searchParams.get("state")).toBe(state)
})

test("the servers use the client's real address, not the one it claims", async () => {
  // nginx appends the real address; the claimed one before it must be ignored.
  const port = await findFreePort()
  const server = await startBehind(port, { SIGN_IN_ATTEMPTS_PER_ADDRESS: "2" })
  const proxy = await startNginx(executable, [server.port], { port })
  const statuses: number[] = []
  for (let i = 0; i < 3; i++) {
    const headers = { Origin: proxy.baseUrl, "X-Forwarded-For": `192.0.2.${i}` }
    const credentials = { email: `unknown-${i}@example.com`, password: "not the password" }
    statuses.push((await postPage(new TestBrowser(proxy.baseUrl), "/sign-in", credentials, { headers })).status)
  }
  expect(statuses.at(-1)).toBe(429)
  await proxy.stop()
  await server.stop()
})

test("a body sent byte by byte gets 408 after REQUEST_SECONDS, also through nginx - RFC 9110 15.5.9", async () => {
  const port = await findFreePort()
  const server = await startBehind(port, { REQUEST_SECONDS: "4" })
  // By default nginx reads a whole body before it passes it on.
  const proxy = await startNginx(executable, [server.port], { port, location: "proxy_request_buffering off;" })
  const { answer, afterMs } = await sendSlowly(proxy.port, "/refresh")
  expect(answer).toMatch(/^HTTP\/1\.1 408 /)
  expect(afterMs).toBeGreaterThan(3_900)
  expect(afterMs).toBeLessThan(8_000)
  await proxy.stop()
  await server.stop()
})

/** Restarts two servers behind nginx, one after the other, while clients refresh without a pause. */
async function restartUnderLoad({ keepAlive, PROCESSES }: { keepAlive: boolean; PROCESSES: string }): Promise<void> {
  const cycles = faultOptions().long ? 5 : 1
  test.setTimeout(cycles * 120_000)
  const port = await findFreePort()
  const instances = await Promise.all([startBehind(port, { PROCESSES }), startBehind(port, { PROCESSES })])
  const ports = instances.map((server) => server.port)
  const proxy = await startNginx(executable, ports, { port, keepAlive })
  const client = await registerClient()
  const user = await insertUser()
  const sessions = await Promise.all(Array.from({ length: 6 }, () => obtainTokens(client, user)))
  const load = startRefreshLoad(client, sessions, proxy.baseUrl)
  await load.answered(60)
  for (let cycle = 0; cycle < cycles; cycle++) {
    for (const [i, server] of instances.entries()) {
      expect(await server.stop("SIGTERM")).toBe(0)
      instances[i] = await startBehind(port, { PROCESSES }, server.port)
      await load.answered(60)
    }
  }
  await load.finish(proxy.baseUrl)
  expect(load.failures).toEqual([])
  const requests = load.connections.flat().length
  report("rolling restart", { PROCESSES, keepAlive, restarts: 2 * cycles, requests, failed: 0 })
  await proxy.stop()
  await Promise.all(instances.map((server) => server.stop()))
}

test("a rolling restart behind nginx fails no request and breaks no chain of refresh tokens", () =>
  restartUnderLoad({ keepAlive: true, PROCESSES: "1" }))

test("a rolling restart where nginx opens a connection for each request fails no request", async () => {
  for (const PROCESSES of ["1", "2"]) await restartUnderLoad({ keepAlive: false, PROCESSES })
})
