import { createOwnWorld, type OwnWorld } from "../fixtures/own-world"
import { query } from "../fixtures/rows"
import type { TestServer } from "../fixtures/server"
import { expect, test } from "../fixtures/world"
import { FlowPlayer, newCounts, stepNames } from "./flow-player"
import { faultOptions, seededRandom } from "./options"
import { type FragileDatabase, openFragileDatabase } from "./outages"
import { report } from "./report"

const { long } = faultOptions()
const times = long ? 5 : 1
const delaysMs = long ? [100, 400, 1_000, 2_500] : [1_000]
const documents = ["/jwks", "/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"]

let fragile: FragileDatabase
let world: OwnWorld
let server: TestServer
test.describe.configure({ mode: "serial" })
test.beforeAll(async () => {
  fragile = await openFragileDatabase()
  world = await createOwnWorld(fragile.database)
  const env = { AUTH_CODE_SECONDS: "600", REFRESH_RETRY_SECONDS: "300" }
  server = await world.start(env, { databaseUrl: fragile.serverUrl })
})
test.afterAll(async () => {
  await server?.stop()
  await world?.remove()
})

/** Flows whose next requests are, in this order, /callback, /token, /refresh and /revoke. */
async function playersAtEachStep(): Promise<FlowPlayer[]> {
  const players = stepNames.map(() => new FlowPlayer(world, seededRandom(1), newCounts(), () => undefined))
  for (const [i, step] of stepNames.entries()) await players[i]?.advanceTo(step)
  return players
}

/** Sends a request that must be answered within ten seconds. */
async function sendInTime(about: string, send: () => Promise<Response>): Promise<Response> {
  const startedAt = Date.now()
  const response = await send()
  expect(Date.now() - startedAt, about).toBeLessThan(10_000)
  return response
}

async function readRows(): Promise<unknown[]> {
  const read = (sql: string) => query(sql, [], world.databaseUrl)
  return [
    await read(`SELECT * FROM "Session" ORDER BY "id"`),
    await read(`SELECT * FROM "AuthCode" ORDER BY "sessionId"`),
  ]
}

test("during an outage of the database each request gets 503 within ten seconds, and nothing is half-written", async () => {
  test.setTimeout(60_000 + times * 120_000)
  for (const { name, readsWork, start, end } of fragile.outages) {
    const requests = { refused: 0, repeated: 0 }
    for (let i = 0; i < times; i++) {
      const players = await playersAtEachStep()
      const before = await readRows()
      await start()
      try {
        const answers = await Promise.all(
          players.map((player, i) => sendInTime(`${name}: ${stepNames[i]}`, () => player.sendNext())),
        )
        for (const [i, answer] of answers.entries()) {
          expect(answer.status, `${name}: ${stepNames[i]}, ${await answer.text()}`).toBe(503)
          expect(Number(answer.headers.get("retry-after")), name).toBeGreaterThan(0)
        }
        for (const path of documents) {
          const startedAt = Date.now()
          expect((await fetch(`${server.baseUrl}${path}`)).status, `${name}: ${path}`).toBe(200)
          expect(Date.now() - startedAt, `${name}: ${path}`).toBeLessThan(2_000)
        }
        const bearer = { headers: { Authorization: `Bearer ${players[2]?.accessToken}` } }
        const read = await sendInTime(name, () => fetch(`${server.baseUrl}/introspect`, bearer))
        expect(read.status, `${name}: GET /introspect`).toBe(readsWork ? 200 : 503)
        requests.refused += answers.length
      } finally {
        await end()
      }
      const introspect = () =>
        fetch(`${server.baseUrl}/introspect`, { headers: { Authorization: `Bearer ${players[2]?.accessToken}` } })
      await expect.poll(async () => (await introspect()).status, { timeout: 10_000 }).toBe(200)
      expect(await readRows(), name).toEqual(before)
      // The same requests work now.
      for (const player of players) await player.playOne()
      requests.repeated += players.length
    }
    report(name, { requests })
  }
  if (fragile.missing) console.log(fragile.missing)
})

test("a slow database: every request is answered within ten seconds", async () => {
  const { slow } = fragile
  test.skip(slow === null, "SQLite has no connection that could be slow.")
  test.setTimeout(60_000 + times * 60_000)
  for (const ms of delaysMs) {
    const statuses: number[] = []
    for (let i = 0; i < times; i++) {
      const players = await playersAtEachStep()
      slow?.(ms)
      const answers = await Promise.all(
        players.map((player, i) => sendInTime(`${ms} ms: ${stepNames[i]}`, () => player.sendNext())),
      )
      slow?.(0)
      for (const [i, answer] of answers.entries()) {
        statuses.push(answer.status)
        const about = `${ms} ms: ${stepNames[i]}, ${answer.status} ${await answer.text()}`
        expect([200, 303, 503], about).toContain(answer.status)
        if (answer.status === 503) expect(Number(answer.headers.get("retry-after")), about).toBeGreaterThan(0)
      }
      await expect.poll(async () => (await fetch(`${server.baseUrl}/sign-in`)).status).toBe(200)
    }
    report("slow", { ms, requests: statuses.length, unavailable: statuses.filter((status) => status === 503).length })
  }
})
