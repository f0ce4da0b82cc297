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
/** The server sweeps for the first time a minute after its start. In milliseconds. */
const patienceMs = 90_000
type Found = Record<(typeof operations)[number], Sample[]>

/** Introspection and refresh before and while the server deletes a great many expired Sessions. */
export async function measureSweep(bench: Bench): Promise<Section> {
  const { rounds, short, seconds } = bench.options
  const pinned = pinThisProcess(cores.generator)
  const expired = short ? 100_000 : 1_000_000
  const file = bench.fileOf("sweep")
  const now = Date.now()
  await fillDatabase(file, expired, { from: now - 150 * day, until: now - 100 * day })
  const target = await bench.start({ name: "sweep", label: "OAuth Flow" })
  const watch = watchSessions(file)
  try {
    const lasts = seconds ?? 2
    const amount = { tokens: short ? 16 : 256, prepareSeconds: 0 }
    const run = () => runRounds(target, { rounds, seconds: lasts, ...amount })
    const warmUp = () => runRounds(target, { rounds: 1, seconds: Math.min(lasts, 0.5), ...amount })
    await warmUp()
    const before = await run()
    if (watch.hasBegun()) throw new Error("the server swept before the measurement without it was over: fewer --rounds")
    console.error("… waiting for the server to sweep, which it does a minute after its start")
    const until = performance.now() + patienceMs
    while (!watch.hasBegun()) {
      if (performance.now() > until) throw new Error("the server does not sweep")
      await sleep(100)
    }
    await warmUp()
    const [left, began] = [watch.count(), performance.now()]
    const during = await run()
    const [gone, elapsedMs] = [left - watch.count(), performance.now() - began]
    if (gone === left) throw new Error("the sweep ended before the measurement: fewer --rounds or --seconds")
    const perSecond = (gone / elapsedMs) * 1000
    return {
      title: `While ${whole.format(expired)} expired Sessions are swept`,
      caption:
        `SQLite, ${concurrency} requests at once, medians of ${rounds} rounds of ${lasts} s before the server's own sweep ` +
        `began and as many while it went on; ${pinned ? "the server on one processor, the load on another" : "on no processor in particular"}. ` +
        `In the ${(elapsedMs / 1000).toFixed(0)} s of measuring the sweep deleted ${whole.format(gone)} Sessions, each with ` +
        `its AuthCode: ${whole.format(perSecond)} Sessions a second.`,
      tables: [formatTable(["Operation", "Requests/s", "p50, ms", "p99, ms"], formatLines(before, during))],
      data: { expired, before, during, gone, elapsedMs, perSecond },
    }
  } finally {
    watch.close()
  }
}

/** Looks at the expired Sessions of the file, which the server has open. */
function watchSessions(file: string): { hasBegun(): boolean; count(): number; close(): void } {
  const db = new BetterSqlite3(file, { readonly: true, timeout: 30_000 })
  // One step in the index; the oldest go first.
  const selectOldest = db.prepare<[], number>(`SELECT MIN("idleExpiresAt") FROM "Session"`).pluck()
  const selectCount = db.prepare<[number], number>(`SELECT COUNT(*) FROM "Session" WHERE "idleExpiresAt" < ?`).pluck()
  const oldest = selectOldest.get() ?? 0
  const now = Date.now()
  return {
    hasBegun: () => (selectOldest.get() ?? 0) > oldest,
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
      line("while sweeping", second),
      [`${labels[operation]}, ratio`, ...ratios.map(factor)],
    ]
  })
}
