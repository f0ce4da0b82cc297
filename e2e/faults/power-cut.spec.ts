import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import path from "node:path"
import { performance } from "node:perf_hooks"
import { contentAfterCut, type DiskEvent, hasStrace, traceDisk } from "../fixtures/disk-trace"
import { createEmptyDatabase } from "../fixtures/empty-database"
import { createOwnWorld } from "../fixtures/own-world"
import { query } from "../fixtures/rows"
import { expect, test } from "../fixtures/world"
import { FlowPlayer, newCounts, type SeenSession } from "./flow-player"
import { faultOptions, seededRandom } from "./options"
import { report } from "./report"

const { long, seed } = faultOptions()
const answersWanted = long ? 300 : 30
/** With NORMAL, a power cut may lose the last second. The long form shows that this test finds what is lost. */
const settings = long ? ["FULL", "NORMAL"] : ["FULL"]

test.skip(!hasStrace(), "strace is missing and could not be installed. Install it (Debian: apt-get install strace).")

const now = () => performance.timeOrigin + performance.now()

for (const SQLITE_SYNCHRONOUS of settings) {
  test(`a power cut after any answer, with SQLITE_SYNCHRONOUS=${SQLITE_SYNCHRONOUS}`, async () => {
    test.setTimeout(60_000 + answersWanted * 2_000)
    const empty = await createEmptyDatabase()
    const file = empty.databaseUrl.slice("file:".length)
    const files = [file, `${file}-wal`]
    const world = await createOwnWorld(empty)
    const server = await world.start({ SQLITE_SYNCHRONOUS })
    const seen: { at: number; sessions: SeenSession[] }[] = []
    let events: DiskEvent[] = []
    const onDisk = new Map<string, Buffer>()
    try {
      const players: FlowPlayer[] = []
      const onAnswer = () => void seen.push({ at: now(), sessions: players.flatMap((player) => player.seenSessions()) })
      for (let i = 0; i < 4; i++) players.push(new FlowPlayer(world, seededRandom(seed + i), newCounts(), onAnswer))
      const trace = await traceDisk(server.pid, files)
      for (const name of files) onDisk.set(name, existsSync(name) ? readFileSync(name) : Buffer.alloc(0))
      await Promise.all(players.map((player) => player.play(() => seen.length >= answersWanted)))
      events = await trace.stop()
    } finally {
      await server.kill()
    }

    const random = seededRandom(seed)
    const lost = { nothingElseKept: 0, someElseKept: 0 }
    const folder = path.join(empty.directory, "after")
    for (const { at, sessions } of seen) {
      for (const kept of ["nothingElseKept", "someElseKept"] as const) {
        mkdirSync(folder)
        const keep = () => kept === "someElseKept" && random.integer(2) === 0
        for (const name of files) {
          const content = contentAfterCut(onDisk.get(name) ?? Buffer.alloc(0), events, { file: name, at, keep })
          writeFileSync(path.join(folder, path.basename(name)), content)
        }
        const url = `file:${path.join(folder, path.basename(file))}`
        expect(await query("PRAGMA integrity_check", [], url)).toEqual([{ integrity_check: "ok" }])
        const rows = await query(`SELECT "id", "startedAt", "rotations", "revokedAt" FROM "Session"`, [], url)
        const byId = new Map(rows.map((row) => [row.id, row]))
        for (const { id, started, rotations, revoked } of sessions) {
          const row = byId.get(id)
          const isThere =
            row !== undefined &&
            (!started || row.startedAt !== null) &&
            Number(row.rotations) >= rotations &&
            (!revoked || row.revokedAt !== null)
          if (!isThere) lost[kept]++
        }
        rmSync(folder, { recursive: true })
      }
    }
    const syncs = events.filter(({ kind }) => kind === "sync").length
    report("power cut", { SQLITE_SYNCHRONOUS, cuts: 2 * seen.length, writes: events.length - syncs, syncs, lost })
    expect(syncs).toBeGreaterThan(0)
    if (SQLITE_SYNCHRONOUS === "NORMAL") expect(lost.nothingElseKept).toBeGreaterThan(0)
    else expect(lost).toEqual({ nothingElseKept: 0, someElseKept: 0 })
    await world.remove()
  })
}
