// npm run incident: stops Postgres for a minute while clients use the built server, and draws what METRICS_PORT, the health
// checks and the audit log show of it: docs/images/incident.svg.
import { createHash, randomBytes } from "node:crypto"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import os from "node:os"
import path from "node:path"
import { setTimeout as delay } from "node:timers/promises"
import pg from "pg"
import { createUser } from "@/lib/accounts/users"
import { registerClient } from "@/lib/clients/registration"
import { closeDatabase } from "@/lib/data/database"
import { cookieName } from "@/lib/http/cookies"
import { startBrowserSession } from "@/lib/sessions/browser-sessions"
import { findFreePort } from "@/lib/testing/free-port"
import { root } from "@/lib/testing/packages"
import { findInstalled, initCluster, startCluster, stopProcess } from "@/lib/testing/postgres"
import { startServer } from "./fixtures/server"
import { readMetrics } from "./incident-metrics"
import { drawIncident, type Sample } from "./incident-picture"

const clients = 6
/** Seconds. */
const [before, outage, after] = [30, 60, 40]

const installed = findInstalled()
if (!installed) throw new Error("No Postgres is installed. Install it (Debian: apt-get install postgresql).")
const folder = mkdtempSync(path.join(os.tmpdir(), "oauth-flow-incident-"))
const password = randomBytes(16).toString("hex")
const data = initCluster(installed, { directory: folder, password })
const port = await findFreePort()
const startPostgres = () =>
  startCluster(installed, data, port, { listen_addresses: "127.0.0.1", unix_socket_directories: "" })
let postgres = await startPostgres()
const databaseUrl = `postgres://postgres:${password}@127.0.0.1:${port}/postgres`
const secret = randomBytes(32).toString("base64url")
const metricsPort = await findFreePort()
const server = await startServer({ databaseUrl, secret, env: { METRICS_PORT: String(metricsPort) } })
const { issuer } = server
Object.assign(process.env, { DATABASE_URL: databaseUrl, SECRET: secret, ISSUER: issuer })

try {
  await record()
} finally {
  await server.stop()
  await stopProcess(postgres)
  rmSync(folder, { recursive: true, force: true })
}

async function record(): Promise<void> {
  const redirectUri = "https://client.example/callback"
  const { client, clientSecret } = await registerClient({
    clientName: "Client",
    redirectUris: [redirectUri],
    scope: "openid profile email",
    firstParty: true,
  })
  const created = await createUser({ email: "ada@example.com", password: randomBytes(12).toString("hex"), name: "Ada" })
  if (!created.ok) throw new Error("The user could not be created.")
  const { token } = await startBrowserSession(created.user.id, null)
  await closeDatabase()
  const party: Party = {
    redirectUri,
    clientId: client.clientId,
    secret: clientSecret ?? "",
    cookie: `${cookieName("session", issuer)}=${token}`,
  }

  let isOver = false
  const totals: Totals = { answered: 0, unavailable: 0, revoked: 0, other: [] }
  const load = Promise.all(Array.from({ length: clients }, () => useServer(party, totals, () => isOver)))
  const samples: Sample[] = []
  const startedAt = Date.now()
  const sampling = (async () => {
    while (!isOver) {
      const [metrics, live, ready] = await Promise.all([
        readMetrics(`http://127.0.0.1:${metricsPort}/metrics`),
        statusOf("/health/live"),
        statusOf("/health/ready"),
      ])
      samples.push({ second: (Date.now() - startedAt) / 1000, metrics, live, ready })
      await delay(1000 - ((Date.now() - startedAt) % 1000))
    }
  })()
  await delay(before * 1000)
  const stoppedAt = (Date.now() - startedAt) / 1000
  await stopProcess(postgres)
  await delay(outage * 1000)
  postgres = await startPostgres()
  const restartedAt = (Date.now() - startedAt) / 1000
  await delay(after * 1000)
  isOver = true
  await Promise.all([load, sampling])

  const audit = await readAudit(startedAt)
  const picture = drawIncident({ samples, audit, stoppedAt, restartedAt })
  writeFileSync(path.join(root, "docs/images/incident.svg"), picture)
  const recovered = samples.find(({ second, ready }) => second > restartedAt && ready === 200)?.second
  console.log({
    ...totals,
    other: totals.other.length,
    revocationsInAuditLog: audit.length,
    firstSecondsOfOutage: samples.filter(({ ready }) => ready !== 200).length,
    readyAfterRestart: recovered && Math.round((recovered - restartedAt) * 10) / 10,
  })
}

type Party = { redirectUri: string; clientId: string; secret: string; cookie: string }
type Totals = { answered: number; unavailable: number; revoked: number; other: number[] }

/** Plays flows until the end. After a 503 it waits as long as Retry-After says, and starts a new flow. */
async function useServer(party: Party, totals: Totals, isOver: () => boolean): Promise<void> {
  const { redirectUri, clientId, secret: clientSecret, cookie } = party
  const authorization = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString("base64")}`
  async function send(url: string, init: RequestInit): Promise<Response | null> {
    const response = await fetch(new URL(url, issuer), { redirect: "manual", ...init })
    if (response.status < 400) {
      totals.answered++
      return response
    }
    await response.body?.cancel()
    if (response.status === 503) totals.unavailable++
    else totals.other.push(response.status)
    await delay(Number(response.headers.get("retry-after") ?? 1) * 1000)
    return null
  }
  const post = async (url: string, form: Record<string, string>) => {
    const response = await send(url, { method: "POST", headers: { authorization }, body: new URLSearchParams(form) })
    return response && ((await response.json()) as Record<string, string>)
  }

  while (!isOver()) {
    const code_verifier = randomBytes(32).toString("base64url")
    const query = new URLSearchParams({
      response_type: "code",
      client_id: clientId,
      redirect_uri: redirectUri,
      scope: "openid profile email",
      code_challenge: createHash("sha256").update(code_verifier).digest("base64url"),
      code_challenge_method: "S256",
    })
    const authorized = await send(`/authorize?${query}`, { headers: { cookie } })
    if (!authorized) continue
    const code = new URL(authorized.headers.get("location") ?? "", issuer).searchParams.get("code") ?? ""
    const grant = { grant_type: "authorization_code", code, code_verifier, redirect_uri: redirectUri }
    let tokens = await post("/token", grant)
    for (let i = 0; tokens && i < 3; i++) tokens = await post("/refresh", { refresh_token: tokens.refresh_token ?? "" })
    if (!tokens) continue
    if (!(await post("/introspect", { token: tokens.access_token ?? "" }))) continue
    if (await post("/revoke", { token: tokens.refresh_token ?? "" })) totals.revoked++
    await delay(20)
  }
}

async function statusOf(target: string): Promise<number> {
  const response = await fetch(`${issuer}${target}`)
  await response.body?.cancel()
  return response.status
}

/** The times of the revocations in the audit log, in seconds after `startedAt`. */
async function readAudit(startedAt: number): Promise<number[]> {
  const db = new pg.Client(databaseUrl)
  await db.connect()
  const sql = `SELECT extract(epoch FROM "at") AS "at" FROM "AuditEvent" WHERE "kind" = 'session_revoked' ORDER BY "at"`
  const { rows } = await db.query<{ at: string }>(sql)
  await db.end()
  return rows.map(({ at }) => Number(at) - startedAt / 1000)
}
