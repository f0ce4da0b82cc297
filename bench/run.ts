// npm run bench: measures OAuth Flow beside its peers. Progress goes to stderr, the tables go to stdout. README.md says
// what is measured and how.
import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import os from "node:os"
import path from "node:path"
import { hasBuild } from "@/lib/server/build"
import { type Options, parseOptions, usage } from "./options"
import { canPin, cores, nodeCommand } from "./pinning"
import { describeMachine, type Results } from "./results"
import { runRounds } from "./rounds"
import { startTargets } from "./servers"
import { formatResults } from "./table"
import type { Target } from "./targets/target"

const pinnedFlag = "BENCH_PINNED"

/** Runs this command again on the load generator's processor. @returns its exit code */
function runPinned(): number {
  const [command, args] = nodeCommand([...process.execArgv, ...process.argv.slice(1)], cores.generator)
  const env = { ...process.env, [pinnedFlag]: "1" }
  return spawnSync(command, args, { stdio: "inherit", env }).status ?? 1
}

async function run(options: Options): Promise<void> {
  if (options.only.includes("ours") && !hasBuild()) throw new Error("There is no build here. Run npm run build first.")
  const pinned = Boolean(process.env[pinnedFlag])
  if (!pinned)
    console.error("Nothing is kept on a processor of its own here: that needs Linux's taskset and two of them.")
  const directory = mkdtempSync(path.join(os.tmpdir(), "oauth-flow-bench-"))
  const started: { stop(): Promise<void> }[] = []
  try {
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
  } finally {
    // Postgres, which others use, was started first.
    for (const server of started.reverse()) await server.stop()
    rmSync(directory, { recursive: true, force: true })
  }
}

const describe = ({ name, label, coldStartMs, memory }: Target, memoryIdle: number) => ({
  name,
  label,
  coldStartMs,
  memoryIdle,
  memoryAfter: memory(),
})

// Servers that this process started are killed when it exits.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(130))
try {
  const options = parseOptions(process.argv.slice(2))
  if (canPin() && !process.env[pinnedFlag]) process.exitCode = runPinned()
  else await run(options)
} catch (error) {
  console.error(error)
  if (error instanceof TypeError || (error as Error).message.startsWith("--")) console.error(`\n${usage}`)
  process.exitCode = 1
}
