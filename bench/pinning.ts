import { spawnSync } from "node:child_process"
import os from "node:os"

/** The processor for the servers, and the one for the load generator. */
export const cores = { servers: 0, generator: 1 }

/** Whether processes can be pinned to a processor, which needs Linux's taskset. */
export function canPin(): boolean {
  return os.cpus().length >= 2 && spawnSync("taskset", ["--version"], { stdio: "ignore" }).status === 0
}

const listOf = (core: number | null) => (core === null ? `0-${os.cpus().length - 1}` : String(core))

/**
 * @param core null for all processors
 * @returns the command that runs Node with these arguments on this processor, or unpinned when pinning is not possible
 */
export function nodeCommand(args: string[], core: number | null): [command: string, args: string[]] {
  if (!canPin()) return [process.execPath, args]
  return ["taskset", ["-c", listOf(core), process.execPath, ...args]]
}

/** Pins this process and its threads to a processor; null undoes that. @returns whether it worked */
export function pinThisProcess(core: number | null): boolean {
  if (!canPin()) return false
  const { status } = spawnSync("taskset", ["-acp", listOf(core), String(process.pid)], { stdio: "ignore" })
  return status === 0
}
