import { cores, pinThisProcess } from "../pinning"
import type { Cell } from "../results"
import { runRounds } from "../rounds"
import { factor, formatTable, milliseconds, whole } from "../table"
import type { OperationName } from "../targets/target"
import { adoptSessions } from "./adopt"
import { type Bench, databaseName, type Section } from "./bench"
import { day, fillDatabase } from "./fill"

const concurrency = 16
const operations = ["introspect", "refresh", "flow", "revoke"] as const satisfies OperationName[]
const labels = {
  introspect: "Introspection",
  refresh: "Refresh with rotation",
  flow: "Code flow",
  revoke: "Revocation",
}

/** OAuth Flow on databases with few, more and very many Sessions. */
export async function measureGrowth(bench: Bench): Promise<Section> {
  const { rounds, short, seconds, sessions } = bench.options
  const pinned = pinThisProcess(cores.generator)
  const sizes = [10, sessions / 100, sessions]
  const tokens = short ? 16 : 256
  const filled: Awaited<ReturnType<typeof startFilled>>[] = []
  for (const size of sizes) filled.push(await startFilled(bench, size, tokens))
  const targets = filled.map(({ target }) => target)
  const bytes = filled.at(-1)?.bytes ?? 0
  const roundSeconds = seconds ?? 1
  const cells = await runRounds(targets, {
    operations: [...operations],
    concurrency: [concurrency],
    rounds,
    seconds: roundSeconds,
    warmUpSeconds: Math.min(roundSeconds, 0.5),
    prepareSeconds: short ? 0.1 : 2,
    tokens,
  })
  const lines = operations.flatMap((operation) => {
    const found = targets.map(({ name }) => cells.find((cell) => cell.server === name && cell.operation === operation))
    return formatOperation(labels[operation], sizes, found as Cell[])
  })
  const most = whole.format(sizes.at(-1) ?? 0)
  return {
    title: `Up to ${most} Sessions in the database`,
    caption:
      `${databaseName(bench.options)}, ${concurrency} parallel requests, medians of ${rounds} rounds of ${roundSeconds} s in which the sizes take turns; ` +
      `${pinned ? "the server on one processor, the load on another" : "processes not pinned"}. ` +
      "The Sessions, each with its AuthCode, were written to the database before the server started. All were valid, started in " +
      `the last 30 days, and belonged to 1,000 Users and 20 Clients. Introspection and refresh use tokens of ${tokens} Sessions ` +
      "from all over the table; with fewer Sessions, code flows create the missing ones. A code flow adds a Session. " +
      "Revocation ends Sessions that code flows have just added, a few thousand in a run. " +
      `The largest database has ${whole.format(bytes / 1e6)} MB: ${whole.format(bytes / (sizes.at(-1) ?? 1))} bytes for each Session.`,
    tables: [formatTable(["Operation", "Sessions", "Requests/s", "p50, ms", "p99, ms"], lines)],
    data: { sizes, bytes, cells },
  }
}

async function startFilled(bench: Bench, size: number, tokens: number) {
  const name = `growth-${size}`
  const now = Date.now()
  const databaseUrl = await bench.createDatabase(name)
  // The oldest must not expire while the bench runs.
  const period = { from: now - 30 * day + 3_600_000, until: now - 60_000 }
  const { sampleIds, bytes } = await fillDatabase(databaseUrl, size, period, tokens)
  const target = await bench.start({ name, label: `${whole.format(size)} Sessions`, databaseUrl })
  await adoptSessions(target, databaseUrl, sampleIds)
  return { target, bytes }
}

function formatOperation(label: string, sizes: number[], cells: Cell[]): string[][] {
  const lines = cells.map(({ rps, p50, p99 }, index) => [
    label,
    whole.format(sizes[index] ?? 0),
    whole.format(rps),
    milliseconds(p50),
    milliseconds(p99),
  ])
  const [few, many] = [cells[0], cells.at(-1)] as [Cell, Cell]
  const ratios = [many.rps / few.rps, many.p50 / few.p50, many.p99 / few.p99]
  return [...lines, [label, "most ÷ fewest", ...ratios.map(factor)]]
}
