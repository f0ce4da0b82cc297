import { spawnSync } from "node:child_process"
import os from "node:os"

/** The processor of the servers, and that of the load generator. */
export const cores = { servers: 0, generator: 1 }

/** Whether processes can be kept on one processor each here: taskset is Linux's. */
export function canPin(): boolean {
  return os.cpus().length >= 2 && spawnSync("taskset", ["--version"], { stdio: "ignore" }).status === 0
}

const listOf = (core: number | null) => (core === null ? `0-${os.cpus().length - 1}` : String(core))

/**
 * @param core null for all of them
 * @returns the command that runs Node with these arguments on this processor, or anywhere when that cannot be
 */
export function nodeCommand(args: string[], core: number | null): [command: string, args: string[]] {
  if (!canPin()) return [process.execPath, args]
  return ["taskset", ["-c", listOf(core), process.execPath, ...args]]
}

/** Keeps this process, with all its threads, on a processor, or on none in particular. @returns whether that could be done */
export function pinThisProcess(core: number | null): boolean {
  if (!canPin()) return false
  const { status } = spawnSync("taskset", ["-acp", listOf(core), String(process.pid)], { stdio: "ignore" })
  return status === 0
}
