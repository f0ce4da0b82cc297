import os from "node:os"
import type { Sample } from "./load/drive"
import type { OperationName, TokenFormat } from "./targets/target"

/** The results of a run, as written to the file. Times are in milliseconds, memory is in bytes. */
export type Results = {
  date: string
  machine: { cpu: string; cores: number; memory: number; platform: string; node: string; pinned: boolean }
  settings: { database: "sqlite" | "postgres"; rounds: number; seconds: number }
  /** OAuth Flow first. */
  servers: ServerResult[]
  cells: Cell[]
}

export type ServerResult = { name: string; label: string; coldStartMs: number; memoryIdle: number; memoryAfter: number }

/** One operation of one server: medians of the rounds. */
export type Cell = {
  server: string
  operation: OperationName
  format: TokenFormat
  concurrency: number
  rps: number
  p50: number
  p99: number
  rounds: Sample[]
}

export function describeMachine(pinned: boolean): Results["machine"] {
  const cpus = os.cpus()
  return {
    cpu: cpus[0]?.model ?? "unknown",
    cores: cpus.length,
    memory: os.totalmem(),
    platform: `${os.platform()} ${os.arch()}`,
    node: process.version,
    pinned,
  }
}

/** @param values at least one */
export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle] as number
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] as number) + upper) / 2
}

/** The median of each number over all rounds. */
export function summarize(rounds: Sample[]): Pick<Cell, "rps" | "p50" | "p99"> {
  return {
    rps: median(rounds.map(({ rps }) => rps)),
    p50: median(rounds.map(({ p50 }) => p50)),
    p99: median(rounds.map(({ p99 }) => p99)),
  }
}
