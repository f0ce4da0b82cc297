// npm run bench:more: measures only this server: during sign-ins, with many rows, while it sweeps, with more processes,
// and its sign-in page. Progress goes to stderr, tables go to stdout. README.md describes the measurements.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import os from "node:os"
import path from "node:path"
import { hasBuild } from "@/lib/server/build"
import { Bench, type Section } from "./more/bench"
import { measureGrowth } from "./more/growth"
import { type ModeName, type MoreOptions, parseMoreOptions, usage } from "./more/options"
import { measurePages } from "./more/pages"
import { measureInstances, measureProcesses } from "./more/scaling"
import { measureSignIns } from "./more/sign-ins"
import { measureSweep } from "./more/sweep"
import { reportFailure } from "./options"
import { describeMachine } from "./results"

const modes: Record<ModeName, (bench: Bench) => Promise<Section>> = {
  "sign-ins": measureSignIns,
  growth: measureGrowth,
  sweep: measureSweep,
  processes: measureProcesses,
  instances: measureInstances,
  pages: measurePages,
}

const directory = mkdtempSync(path.join(os.tmpdir(), "oauth-flow-bench-"))
let running: Bench | undefined
let stopping: Promise<void> | undefined

/** Runs once, even after several signals. */
function stopAll(): Promise<void> {
  stopping ??= stopEach()
  return stopping
}

async function stopEach(): Promise<void> {
  await running?.stop()
  rmSync(directory, { recursive: true, force: true })
}

async function run(options: MoreOptions): Promise<void> {
  if (!hasBuild()) throw new Error("There is no build. Run npm run build first.")
  const { cpu, cores, platform, node } = describeMachine(false)
  const date = new Date().toISOString()
  console.log(`${date.slice(0, 10)}, ${cpu}, ${cores} processors, ${platform}, Node ${node}.`)
  if (options.short) console.log("\nThis run was too short to measure speed.")
  const sections: Record<string, Section> = {}
  for (const mode of options.modes) {
    console.error(`… ${mode}`)
    running = new Bench(options, directory)
    const section = await modes[mode](running)
    await running.stop()
    sections[mode] = section
    console.log(`\n${[`### ${section.title}`, section.caption, ...section.tables].join("\n\n")}`)
    // Written after each mode, so that a later failure loses nothing.
    const results = { date, machine: { cpu, cores, platform, node }, options, sections }
    if (options.json) writeFileSync(options.json, `${JSON.stringify(results, null, 2)}\n`)
  }
}

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => stopAll().finally(() => process.exit(130)))
}
try {
  await run(parseMoreOptions(process.argv.slice(2)))
} catch (error) {
  reportFailure(error, usage)
} finally {
  await stopAll()
}
