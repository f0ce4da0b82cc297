import { setTimeout as sleep } from "node:timers/promises"
import BetterSqlite3 from "better-sqlite3"
import type { Sample } from "../load/drive"
import { measure } from "../load/measure"
import { cores, pinThisProcess } from "../pinning"
import { summarize } from "../results"
import { factor, formatTable, milliseconds, whole } from "../table"
import type { Target } from "../targets/target"
import type { Bench, Section } from "./bench"
import { day, fillDatabase } from "./fill"

const concurrency = 16
const operations = ["introspect", "refresh"] as const
const labels = { introspect: "Introspection", refresh: "Refresh with rotation" }
/** Maximum wait in milliseconds: the server sweeps for the first time a minute after its start. */
const maxWaitMs = 90_000
type Found = Record<(typeof operations)[number], Sample[]>

/** Introspection and refresh before and while the server deletes many expired Sessions. */
export async function measureSweep(bench: Bench): Promise<Section> {
  const { rounds, short, seconds } = bench.options
  const pinned = pinThisProcess(cores.generator)
  const expired = short ? 100_000 : 1_000_000
  const file = bench.fileOf("sweep")
  const now = Date.now()
  await fillDatabase(`file:${file}`, expired, { from: now - 150 * day, until: now - 100 * day })
  const target = await bench.start({ name: "sweep", label: "OAuth Flow" })
  const watch = watchSessions(file)
  try {
    const roundSeconds = seconds ?? 2
    const amount = { tokens: short ? 16 : 256, prepareSeconds: 0 }
    const run = () => runRounds(target, { rounds, seconds: roundSeconds, ...amount })
    const warmUp = () => runRounds(target, { rounds: 1, seconds: Math.min(roundSeconds, 0.5), ...amount })
    await warmUp()
    const before = await run()
    if (watch.hasStarted()) throw new Error("The sweep started during the measurement without it. Use fewer --rounds.")
    console.error("… waiting for the sweep, which starts a minute after the server")
    const until = performance.now() + maxWaitMs
    while (!watch.hasStarted()) {
      if (performance.now() > until) throw new Error("The server did not sweep.")
      await sleep(100)
    }
    await warmUp()
    const [left, startedAt] = [watch.count(), performance.now()]
    const during = await run()
    const [deleted, elapsedMs] = [left - watch.count(), performance.now() - startedAt]
    if (deleted === left) throw new Error("The sweep ended before the measurement. Use fewer --rounds or --seconds.")
    const perSecond = (deleted / elapsedMs) * 1000
    return {
      title: `While ${whole.format(expired)} expired Sessions are swept`,
      caption:
        `SQLite, ${concurrency} parallel requests, medians of ${rounds} rounds of ${roundSeconds} s before the sweep and as many ` +
        `during it; ${pinned ? "the server on one processor, the load on another" : "processes not pinned"}. ` +
        `In ${(elapsedMs / 1000).toFixed(0)} s the sweep deleted ${whole.format(deleted)} Sessions, each with ` +
        `its AuthCode: ${whole.format(perSecond)} Sessions a second.`,
      tables: [formatTable(["Operation", "Requests/s", "p50, ms", "p99, ms"], formatLines(before, during))],
      data: { expired, before, during, deleted, elapsedMs, perSecond },
    }
  } finally {
    watch.close()
  }
}

/** Reads the expired Sessions from the file while the server has it open. */
function watchSessions(file: string): { hasStarted(): boolean; count(): number; close(): void } {
  const db = new BetterSqlite3(file, { readonly: true, timeout: 30_000 })
  // One step in the index. The oldest are deleted first.
  const selectOldest = db.prepare<[], number>(`SELECT MIN("idleExpiresAt") FROM "Session"`).pluck()
  const selectCount = db.prepare<[number], number>(`SELECT COUNT(*) FROM "Session" WHERE "idleExpiresAt" < ?`).pluck()
  const oldest = selectOldest.get() ?? 0
  const now = Date.now()
  return {
    hasStarted: () => (selectOldest.get() ?? 0) > oldest,
    count: () => selectCount.get(now) ?? 0,
    close: () => void db.close(),
  }
}

type RoundOptions = { rounds: number; seconds: number; tokens: number; prepareSeconds: number }

async function runRounds(target: Target, { rounds, ...common }: RoundOptions): Promise<Found> {
  const found: Found = { introspect: [], refresh: [] }
  for (let round = 0; round < rounds; round++) {
    for (const operation of operations) {
      found[operation].push(await measure({ target, operation, format: "jwt", concurrency, ...common }))
      console.error(`${operation}: ${Math.round(found[operation].at(-1)?.rps ?? 0)}/s`)
    }
  }
  return found
}

function formatLines(before: Found, during: Found): string[][] {
  return operations.flatMap((operation) => {
    const [first, second] = [summarize(before[operation]), summarize(during[operation])]
    const line = (when: string, { rps, p50, p99 }: typeof first) => [
      `${labels[operation]}, ${when}`,
      whole.format(rps),
      milliseconds(p50),
      milliseconds(p99),
    ]
    const ratios = [second.rps / first.rps, second.p50 / first.p50, second.p99 / first.p99]
    return [
      line("before", first),
      line("during the sweep", second),
      [`${labels[operation]}, ratio`, ...ratios.map(factor)],
    ]
  })
}
