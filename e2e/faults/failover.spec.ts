import { setTimeout as delay } from "node:timers/promises"
import { findInstalled } from "@/lib/testing/postgres"
import { testEnvironment } from "../fixtures/environment"
import { createOwnWorld, type OwnWorld } from "../fixtures/own-world"
import type { TestServer } from "../fixtures/server"
import { expect, test } from "../fixtures/world"
import { checkDatabase } from "./check-database"
import { type Counts, FlowPlayer, newCounts, stepNames } from "./flow-player"
import { faultOptions, seededRandom } from "./options"
import { type ReplicatedPostgres, startReplicatedPostgres } from "./replicated-postgres"
import { report } from "./report"

// Two instances with both servers in DATABASE_URL, and no restart of an instance.

const { long, seed } = faultOptions()
const rounds = long ? 10 : 1
const players = 8
/** Flows after each failover. */
const flowsAfter = long ? 20 : 4

const installed = process.platform === "linux" ? findInstalled() : null
test.skip(() => testEnvironment().provider !== "postgres", "SQLite has no replica.")
test.skip(installed === null, "No Postgres is installed. Install it (Debian: apt-get install postgresql).")

type Scene = { postgres: ReplicatedPostgres; world: OwnWorld; servers: TestServer[] }

async function openScene(): Promise<Scene> {
  if (!installed) throw new Error("No Postgres is installed.")
  const postgres = await startReplicatedPostgres(installed)
  const world = await createOwnWorld({ databaseUrl: postgres.primaryUrl, remove: postgres.remove })
  const env = { AUTH_CODE_SECONDS: "600", REFRESH_RETRY_SECONDS: "300" }
  const { databaseUrl } = postgres
  const servers = [await world.start(env, { databaseUrl }), await world.start(env, { databaseUrl, port: 0 })]
  return { postgres, world, servers }
}

async function closeScene({ world, servers }: Scene): Promise<void> {
  await Promise.all(servers.map((server) => server.stop()))
  await world.remove()
}

async function untilReady(servers: TestServer[]): Promise<void> {
  for (const { baseUrl } of servers) {
    await expect.poll(async () => (await fetch(`${baseUrl}/health/ready`)).status, { timeout: 30_000 }).toBe(200)
  }
}

test("the primary is killed under load and the replica is promoted: no restart, and every answer stays true", async () => {
  test.setTimeout(60_000 + rounds * 60_000)
  const random = seededRandom(seed)
  const total = newCounts()
  for (let round = 0; round < rounds; round++) {
    const scene = await openScene()
    const { postgres, world, servers } = scene
    try {
      const counts = newCounts()
      let sent = 0
      const nextUrl = () => servers[sent++ % servers.length]?.baseUrl ?? ""
      const playing = Array.from({ length: players }, () => {
        const player = new FlowPlayer(world, random, counts, () => undefined, nextUrl)
        player.allowsUnavailable = true
        return player
      })
      const done = Promise.all(playing.map((player) => player.play(() => false)))
      // The random moment, not a wait for something.
      await delay(200 + random.integer(800))
      await postgres.killPrimary()
      await done
      await postgres.promoteReplica()
      world.databaseUrl = postgres.replicaUrl
      await untilReady(servers)
      for (const player of playing) await player.verify()
      const wanted = counts.revoke.answered + flowsAfter
      await Promise.all(playing.map((player) => player.play(() => counts.revoke.answered >= wanted)))
      for (const player of playing) await player.verify()
      await checkDatabase(world, counts, playing)
      add(total, counts)
    } finally {
      await closeScene(scene)
    }
  }
  report("failover", { rounds, requests: total })
})

test("a primary that becomes read-only and keeps its connections: the instances move to the new one", async () => {
  test.setTimeout(120_000)
  const scene = await openScene()
  const { postgres, world, servers } = scene
  try {
    const counts = newCounts()
    for (const { baseUrl } of servers) {
      await new FlowPlayer(
        world,
        seededRandom(seed),
        counts,
        () => undefined,
        () => baseUrl,
      ).advanceTo("revoke")
    }
    await postgres.demotePrimary()
    await postgres.promoteReplica()
    world.databaseUrl = postgres.replicaUrl
    for (const { baseUrl } of servers) {
      await expect(async () => {
        const player = new FlowPlayer(
          world,
          seededRandom(seed),
          counts,
          () => undefined,
          () => baseUrl,
        )
        await player.advanceTo("revoke")
      }).toPass({ timeout: 30_000 })
    }
  } finally {
    await closeScene(scene)
  }
})

function add(total: Counts, counts: Counts): void {
  for (const step of stepNames) {
    for (const name of ["answered", "done", "notDone"] as const) total[step][name] += counts[step][name]
  }
}
