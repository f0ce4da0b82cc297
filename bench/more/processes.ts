import { pinThisProcess } from "../pinning"
import { type Cell, median } from "../results"
import { runRounds } from "../rounds"
import { factor, formatTable, milliseconds, whole } from "../table"
import type { OperationName, Target } from "../targets/target"
import { type Bench, databaseName, type Section } from "./bench"

const concurrency = 64
const operations: OperationName[] = ["introspect", "refresh", "flow"]
const labels: Partial<Record<OperationName, string>> = {
  introspect: "Introspection",
  refresh: "Refresh with rotation",
  flow: "Code flow",
}

/** Throughput with one process and with two. */
export async function measureProcesses(bench: Bench): Promise<Section> {
  const { rounds, short, seconds } = bench.options
  pinThisProcess(null)
  const targets: Target[] = []
  for (const processes of ["1", "2"]) {
    const name = `processes-${processes}`
    const label = `PROCESSES=${processes}`
    targets.push(await bench.start({ name, label, env: { PROCESSES: processes }, everywhere: true }))
  }
  const roundSeconds = seconds ?? 2
  const cells = await runRounds(targets, {
    operations,
    concurrency: [concurrency],
    rounds,
    seconds: roundSeconds,
    warmUpSeconds: Math.min(roundSeconds, 0.5),
    prepareSeconds: 0,
    tokens: short ? 64 : 256,
  })
  const lines = operations.flatMap((operation) => {
    const [one, two] = targets.map(({ name }) => cells.find((cell) => isOf(cell, name, operation))) as [Cell, Cell]
    const label = labels[operation] ?? operation
    return [
      formatLine(`${label}, PROCESSES=1`, one, ""),
      formatLine(`${label}, PROCESSES=2`, two, factor(two.rps / one.rps)),
    ]
  })
  return {
    title: `One process and two, ${databaseName(bench.options)}`,
    caption:
      `${concurrency} parallel requests; medians of ${rounds} rounds of ${roundSeconds} s. The load generator, one process ` +
      `that is busy for the share of time in the table, runs on the same processors as the server` +
      `${bench.options.postgres ? " and Postgres" : ""}. Two processes gain more where the clients run on other machines.`,
    tables: [formatTable(["Operation", "Requests/s", "2 ÷ 1", "p50, ms", "p99, ms", "Load generator busy"], lines)],
    data: cells,
  }
}

const isOf = (cell: Cell, server: string, operation: OperationName) =>
  cell.server === server && cell.operation === operation

function formatLine(label: string, { rps, p50, p99, rounds }: Cell, ratio: string): string[] {
  const busy = median(rounds.map(({ generatorBusy }) => generatorBusy))
  return [label, whole.format(rps), ratio, milliseconds(p50), milliseconds(p99), `${Math.round(busy * 100)} %`]
}
