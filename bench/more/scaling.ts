import os from "node:os"
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

type Variant = { name: string; label: string; env?: Record<string, string>; instances?: number }

/** Throughput with one process and with two. */
export async function measureProcesses(bench: Bench): Promise<Section> {
  const variants = ["1", "2"].map((processes) => ({
    name: `processes-${processes}`,
    label: `PROCESSES=${processes}`,
    env: { PROCESSES: processes },
  }))
  const title = `One process and two, ${databaseName(bench.options)}`
  return compare(bench, title, "Two processes gain more where the clients run on other machines.", variants)
}

/** Throughput of one, two and four instances on one Postgres, each with one process. */
export async function measureInstances(bench: Bench): Promise<Section> {
  const variants = [1, 2, 4].map((instances) => ({
    name: `instances-${instances}`,
    label: instances === 1 ? "one instance" : `${instances} instances`,
    instances,
  }))
  const remark = `There are ${os.cpus().length} processors for all of them.`
  return compare(bench, "One, two and four instances on one Postgres", remark, variants)
}

async function compare(bench: Bench, title: string, remark: string, variants: Variant[]): Promise<Section> {
  const { rounds, short, seconds } = bench.options
  pinThisProcess(null)
  const targets: Target[] = []
  for (const variant of variants) targets.push(await bench.start({ ...variant, everywhere: true }))
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
    const found = targets.map(({ name }) => cells.find((cell) => isOf(cell, name, operation)) as Cell)
    return found.map((cell, i) => {
      const ratio = i === 0 ? "" : factor(cell.rps / (found[0] as Cell).rps)
      return formatLine(`${labels[operation] ?? operation}, ${variants[i]?.label}`, cell, ratio)
    })
  })
  return {
    title,
    caption:
      `${concurrency} parallel requests; medians of ${rounds} rounds of ${roundSeconds} s. The load generator, one process ` +
      `that is busy for the share of time in the table, runs on the same processors as the server` +
      `${bench.options.postgres ? " and Postgres" : ""}. ${remark}`,
    tables: [formatTable(["Operation", "Requests/s", "÷ first", "p50, ms", "p99, ms", "Load generator busy"], lines)],
    data: cells,
  }
}

const isOf = (cell: Cell, server: string, operation: OperationName) =>
  cell.server === server && cell.operation === operation

function formatLine(label: string, { rps, p50, p99, rounds }: Cell, ratio: string): string[] {
  const busy = median(rounds.map(({ generatorBusy }) => generatorBusy))
  return [label, whole.format(rps), ratio, milliseconds(p50), milliseconds(p99), `${Math.round(busy * 100)} %`]
}
