import { readFileSync } from "node:fs"
import { findFreePort } from "@/lib/testing/free-port"
import { startRelay } from "@/lib/testing/relay"
import { testEnvironment } from "../fixtures/environment"
import { postPage } from "../fixtures/forms"
import { newLogFile } from "../fixtures/instances"
import { highLimits, startOwnServer } from "../fixtures/own-server"
import { createOwnWorld } from "../fixtures/own-world"
import { query } from "../fixtures/rows"
import { remember } from "../fixtures/secrets"
import { startServer, type TestServer } from "../fixtures/server"
import {
  expect,
  insertUser,
  obtainCode,
  obtainTokens,
  postForm,
  readTokens,
  redeem,
  registerClient,
  TestBrowser,
  test,
} from "../fixtures/world"

/** What happens at a server: a flow with a refresh, a code that is used twice, and a wrong password. */
async function useServer({ baseUrl, issuer }: TestServer): Promise<void> {
  const [client, user] = [await registerClient(), await insertUser()]
  const tokens = await obtainTokens(client, user)
  await readTokens(await postForm("/refresh", client, { refresh_token: tokens.refresh_token }, { baseUrl }))
  const sent = await obtainCode(client, user)
  for (const status of [200, 400]) expect((await redeem(client, sent, {}, { baseUrl })).status).toBe(status)
  const browser = new TestBrowser(issuer)
  await postPage(
    browser,
    "/sign-in",
    { email: user.email, password: remember("not the password") },
    { headers: { Origin: issuer } },
  )
  expect((await fetch(`${baseUrl}/made-up/${remember("A".repeat(43))}`)).status).toBe(404)
}

for (const processes of ["1", "2"]) {
  test(`metrics count what happened, with ${processes} processes`, async () => {
    const metricsPort = String(await findFreePort())
    const server = await startOwnServer({ METRICS_PORT: metricsPort, PROCESSES: processes })
    await useServer(server)
    const response = await fetch(`http://localhost:${metricsPort}/metrics`)
    const metrics = await response.text()
    const value = (line: string) =>
      Number(
        metrics
          .split("\n")
          .find((one) => one.startsWith(`${line} `))
          ?.split(" ")[1],
      )
    expect(value('oauth_flow_tokens_issued_total{grant_type="refresh_token"}')).toBe(1)
    expect(value('oauth_flow_tokens_issued_total{grant_type="authorization_code"}')).toBe(1)
    expect(value('oauth_flow_replays_total{kind="code"}')).toBe(1)
    expect(value('oauth_flow_failed_sign_ins_total{reason="password"}')).toBe(1)
    const refreshes = metrics
      .split("\n")
      .find(
        (line) =>
          line.startsWith("http_server_request_duration_seconds_count") && line.includes('http_route="/refresh"'),
      )
    expect(refreshes).toContain('http_request_method="POST"')
    expect(refreshes?.endsWith(" 1")).toBe(true)
    expect(metrics).toContain('oauth_flow_outbox_waiting{outbox="mail"}')
    expect(metrics).toContain("nodejs_eventloop_lag_seconds")
    // No caller makes up a label.
    expect(metrics).toContain('http_route="other"')
    expect(metrics).not.toContain("made-up")
    const names = metrics.split("\n").filter((line) => line.startsWith("# TYPE "))
    expect(new Set(names).size).toBe(names.length)
    for (const path of ["/", "/metrics?x"])
      expect((await fetch(`http://localhost:${metricsPort}${path}`)).status).toBe(404)
    expect((await fetch(`${server.baseUrl}/metrics`)).status).toBe(404)
    await server.stop()
  })
}

for (const processes of ["1", "2"]) {
  test(`the attempts to send an e-mail are counted, with ${processes} processes`, async () => {
    const [metricsPort, closedPort] = [await findFreePort(), await findFreePort()]
    const world = await createOwnWorld()
    const server = await world.start({
      METRICS_PORT: String(metricsPort),
      PROCESSES: processes,
      SMTP_URL: `smtp://127.0.0.1:${closedPort}`,
      MAIL_FROM: "login@example.com",
    })
    const attempts = async () => {
      const metrics = await (await fetch(`http://localhost:${metricsPort}/metrics`)).text()
      return /^oauth_flow_outbox_messages_total\{outbox="mail",result="failed"\} (\d+)$/m.exec(metrics)?.[1]
    }
    await postPage(
      new TestBrowser(server.baseUrl),
      "/reset-password",
      { email: world.user.email },
      { headers: { Origin: world.issuer } },
    )
    await expect.poll(attempts, "after the request").toBe("1")
    await query('UPDATE "Mail" SET "nextAttemptAt" = ?', [new Date()], world.databaseUrl)
    await expect.poll(attempts, "when the next attempt is due").toBe("2")
    await server.stop()
    await world.remove()
  })
}

test("the access log has a line for each request, and no secret", async () => {
  const server = await startOwnServer({ ACCESS_LOG: "on" })
  await useServer(server)
  const path = "/refresh"
  await expect.poll(() => readFileSync(server.logFile, "utf8")).toContain('"route":"other"')
  const lines = readFileSync(server.logFile, "utf8")
    .split("\n")
    .filter((line) => line.includes('"event":"request"'))
    .map((line) => JSON.parse(line))
  const line = lines.find(({ route }) => route === path)
  expect(line).toMatchObject({ method: "POST", status: 200, flow: expect.any(String), duration_ms: expect.any(Number) })
  expect(line.address).toMatch(/^(127\.0\.0\.1|::1|::ffff:127\.0\.0\.1)$/)
  await server.stop()
})

test("the health checks report a database that is silent, and recover", async () => {
  const { databaseUrl, secret, provider } = testEnvironment()
  const relay = provider === "postgres" ? await startRelay(databaseUrl) : null
  const server = await startServer({
    databaseUrl: relay?.url ?? databaseUrl,
    secret,
    env: highLimits,
    logFile: newLogFile(),
  })
  const ready = async () => {
    const response = await fetch(`${server.baseUrl}/health/ready`)
    return [response.status, response.headers.get("cache-control"), await response.json()]
  }
  expect(await ready()).toEqual([200, "no-store", { status: "ok" }])
  expect((await fetch(`${server.baseUrl}/health/ready`, { method: "POST" })).status).toBe(405)
  if (relay) {
    relay.silence()
    await expect.poll(ready).toEqual([503, "no-store", { status: "unavailable", reason: "database" }])
    // It is no reason to restart the process.
    expect((await fetch(`${server.baseUrl}/health/live`)).status).toBe(200)
    relay.resume()
    await expect.poll(ready).toEqual([200, "no-store", { status: "ok" }])
  }
  await server.stop()
  await relay?.close()
})

test("a server that is about to stop is not ready, so that load balancers send it no more requests", async () => {
  for (const processes of ["1", "2"]) {
    const server = await startOwnServer({ SHUTDOWN_DELAY_SECONDS: "3", PROCESSES: processes })
    const stopped = server.stop("SIGTERM")
    await expect
      .poll(async () => (await fetch(`${server.baseUrl}/health/ready`).then((r) => r.json())) as object)
      .toEqual({ status: "unavailable", reason: "stopping" })
    expect((await fetch(`${server.baseUrl}/health/live`)).status).toBe(200)
    expect(await stopped).toBe(0)
  }
})
