import { createOwnWorld } from "../fixtures/own-world"
import { query } from "../fixtures/rows"
import { expect, test } from "../fixtures/world"
import { FlowPlayer, newCounts } from "./flow-player"
import { faultOptions, seededRandom } from "./options"
import { report } from "./report"

const flows = faultOptions().long ? 30 : 2
const parallel = 8

test("where transactions are serializable, conflicts are retried, and flows at two instances work", async () => {
  test.setTimeout(60_000 + flows * parallel * 1_000)
  const world = await createOwnWorld()
  const name = new URL(world.databaseUrl).pathname.slice(1)
  await query(`ALTER DATABASE "${name}" SET default_transaction_isolation = 'serializable'`)
  const read = (sql: string) => query(sql, [], world.databaseUrl)
  // Statements overlap for long enough to conflict, and are counted, also those that are rolled back.
  await read(`CREATE SEQUENCE attempts`)
  await read(`CREATE FUNCTION overlap() RETURNS trigger AS $$ BEGIN
    PERFORM nextval('attempts'); PERFORM pg_sleep(0.02); RETURN NULL; END $$ LANGUAGE plpgsql`)
  await read(`CREATE TRIGGER overlap BEFORE UPDATE ON "Session" FOR EACH STATEMENT EXECUTE FUNCTION overlap()`)
  const countUpdates = async () => Number((await read(`SELECT last_value AS n FROM attempts`))[0]?.n)
  let conflicts = 0
  const servers = [await world.start(), await world.start({}, { port: 0 })]
  try {
    const counts = newCounts()
    let sent = 0
    const nextUrl = () => servers[sent++ % servers.length]?.baseUrl ?? ""
    const players = Array.from(
      { length: parallel },
      (_, i) => new FlowPlayer(world, seededRandom(i), counts, () => undefined, nextUrl),
    )
    await Promise.all(
      players.map(async (player) => {
        while (player.ended.length < flows) await player.playOne()
      }),
    )

    // The same request several times in parallel: one rotation, one redemption, one code.
    const outcomes: number[] = []
    const sendTogether = (player: FlowPlayer) => Promise.all(Array.from({ length: parallel }, () => player.sendNext()))
    for (let i = 0; i < flows; i++) {
      const player = new FlowPlayer(world, seededRandom(i), counts, () => undefined, nextUrl)
      await player.advanceTo("refresh")
      const updates = await countUpdates()
      const refreshed = await sendTogether(player)
      // A refresh is one update, and one more after each conflict.
      conflicts += (await countUpdates()) - updates - parallel
      expect(refreshed.map(({ status }) => status)).toEqual(refreshed.map(() => 200))
      const tokens = await Promise.all(refreshed.map(async (response) => (await response.json()).refresh_token))
      expect(new Set(tokens).size).toBe(1)
      const returning = new FlowPlayer(world, seededRandom(i), counts, () => undefined, nextUrl)
      await returning.advanceTo("callback")
      const codes = await sendTogether(returning)
      expect(codes.filter(({ status }) => status === 303)).toHaveLength(1)
      expect(codes.filter(({ status }) => status === 400)).toHaveLength(parallel - 1)
      const redeemer = new FlowPlayer(world, seededRandom(i), counts, () => undefined, nextUrl)
      await redeemer.advanceTo("token")
      const redeemed = await sendTogether(redeemer)
      expect(redeemed.filter(({ status }) => status === 200)).toHaveLength(1)
      expect(redeemed.filter(({ status }) => status === 400)).toHaveLength(parallel - 1)
      outcomes.push(...[...refreshed, ...codes, ...redeemed].map(({ status }) => status))
    }
    expect(outcomes.filter((status) => status >= 500)).toEqual([])
    expect(conflicts).toBeGreaterThan(0)
    report("serializable", { requests: counts, parallelRequests: outcomes.length, conflicts })
  } finally {
    await Promise.all(servers.map((server) => server.stop()))
    await world.remove()
  }
})
