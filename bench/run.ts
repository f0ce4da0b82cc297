// npm run bench: measures OAuth Flow and its peers. Progress goes to stderr, tables go to stdout. README.md describes the
// measurements.
import { spawn } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import os from "node:os"
import path from "node:path"
import { hasBuild } from "@/lib/server/build"
import { type Options, parseOptions, reportFailure, usage } from "./options"
import { canPin, cores, nodeCommand } from "./pinning"
import { describeMachine, type Results } from "./results"
import { runRounds } from "./rounds"
import { startTargets } from "./servers"
import { formatResults } from "./table"
import type { Target } from "./targets/target"

const pinnedFlag = "BENCH_PINNED"

/** Everything to stop at the end, in the order of starting. */
const started: { stop(): Promise<void> }[] = []
const directory = mkdtempSync(path.join(os.tmpdir(), "oauth-flow-bench-"))

/** Runs this command again on the load generator's processor. @returns its exit code */
function runPinned(): Promise<number> {
  const [command, args] = nodeCommand([...process.execArgv, ...process.argv.slice(1)], cores.generator)
  const child = spawn(command, args, { stdio: "inherit", env: { ...process.env, [pinnedFlag]: "1" } })
  started.push({
    async stop() {
      child.kill("SIGTERM")
      await new Promise((resolve) => child.once("exit", resolve))
    },
  })
  return new Promise((resolve, reject) => {
    child.once("error", reject)
    child.once("exit", (code) => {
      started.pop()
      resolve(code ?? 1)
    })
  })
}

let stopping: Promise<void> | undefined

/** Runs once, even after several signals. */
function stopAll(): Promise<void> {
  stopping ??= stopEach()
  return stopping
}

async function stopEach(): Promise<void> {
  // Postgres was started first, and the servers use it.
  for (let server = started.pop(); server; server = started.pop()) await server.stop()
  rmSync(directory, { recursive: true, force: true })
}

async function run(options: Options): Promise<void> {
  if (options.only.includes("oauth-flow") && !hasBuild()) throw new Error("There is no build. Run npm run build first.")
  const pinned = Boolean(process.env[pinnedFlag])
  if (!pinned) console.error("Processes are not pinned: that needs Linux, taskset and two processors.")
  const targets = await startTargets(options, directory, started)
  const memoryIdle = new Map(targets.map((target) => [target, target.memory()]))
  const cells = await runRounds(targets, options)
  const results: Results = {
    date: new Date().toISOString(),
    machine: describeMachine(pinned),
    settings: {
      database: options.postgres ? "postgres" : "sqlite",
      rounds: options.rounds,
      seconds: options.seconds,
    },
    servers: targets.map((target) => describe(target, memoryIdle.get(target) ?? 0)),
    cells,
  }
  if (options.json) writeFileSync(options.json, `${JSON.stringify(results, null, 2)}\n`)
  console.log(formatResults(results))
}

const describe = ({ name, label, coldStartMs, memory }: Target, memoryIdle: number) => ({
  name,
  label,
  coldStartMs,
  memoryIdle,
  memoryAfter: memory(),
})

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => stopAll().finally(() => process.exit(130)))
}
try {
  const options = parseOptions(process.argv.slice(2))
  if (canPin() && !process.env[pinnedFlag]) process.exitCode = await runPinned()
  else await run(options)
} catch (error) {
  reportFailure(error, usage)
} finally {
  await stopAll()
}
