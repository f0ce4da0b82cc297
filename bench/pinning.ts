import { spawnSync } from "node:child_process"
import os from "node:os"

/** The processor of the servers, and that of the load generator. */
export const cores = { servers: 0, generator: 1 }

/** Whether processes can be kept on one processor each here: taskset is Linux's. */
export function canPin(): boolean {
  return os.cpus().length >= 2 && spawnSync("taskset", ["--version"], { stdio: "ignore" }).status === 0
}

/** @returns the command that runs Node with these arguments on this processor, or anywhere when that cannot be */
export function nodeCommand(args: string[], core: number): [command: string, args: string[]] {
  if (!canPin()) return [process.execPath, args]
  return ["taskset", ["-c", String(core), process.execPath, ...args]]
}
