// npm test: everything that CI checks, step by step, until the first failure. Arguments are passed to Playwright, for example
// a file name or --project sqlite.
import { type ChildProcess, spawn } from "node:child_process"
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import os from "node:os"
import path from "node:path"
import { binOf, root } from "@/lib/testing/packages"
import { startPostgres } from "@/lib/testing/postgres"
import { ensureChromium } from "./fixtures/browser"

type Run = { name: string; args: string[]; env?: Record<string, string> }
type Counts = { passed: number; failed: number }

const running = new Set<ChildProcess>()
const reports = mkdtempSync(path.join(os.tmpdir(), "oauth-flow-reports-"))
const unitReport = path.join(reports, "unit.json")
const e2eReport = path.join(reports, "e2e.json")

const biome: Run = { name: "format and lint (biome ci)", args: [binOf("@biomejs/biome"), "ci", "--colors=off", "."] }
const routeTypes: Run = { name: "types of the routes (next typegen)", args: [binOf("next"), "typegen"] }
const types: Run = { name: "types (tsc)", args: [binOf("typescript"), "--noEmit"] }
const knip: Run = { name: "unused code (knip)", args: [binOf("knip")] }

/** @returns whether everything passed */
async function main(): Promise<boolean> {
  if (!(await quietly({ name: "database clients (prisma generate)", args: ["prisma/tooling/generate.mjs"] })))
    return false
  if (!(await quietly(routeTypes))) return false
  // Each of these uses about one processor.
  if (!(await Promise.all([biome, types, knip].map(quietly))).every(Boolean)) return false

  console.log("… Postgres, for the tests that need one")
  const postgres = await startPostgres()
  try {
    return await runTests({ TEST_POSTGRES_URL: postgres.url("postgres") })
  } finally {
    await postgres.stop()
  }
}

async function runTests(env: Record<string, string>): Promise<boolean> {
  const unitArgs = ["run", "--reporter=default", "--reporter=json", `--outputFile.json=${unitReport}`]
  if (!(await loudly({ name: "unit tests (vitest)", args: [binOf("vitest"), ...unitArgs], env }))) return false
  if (!(await quietly({ name: "build (next build)", args: [binOf("next"), "build"] }))) return false
  if (!(await quietly({ name: "build (the server)", args: ["lib/server/tooling/bundle.mjs"] }))) return false
  const browser = await ensureChromium()
  const args = [binOf("@playwright/test"), "test", ...process.argv.slice(2)]
  const e2eEnv = { ...env, CHROMIUM: browser, PLAYWRIGHT_REPORT_FILE: e2eReport }
  return loudly({ name: "end-to-end tests (Playwright)", args, env: e2eEnv })
}

function countUnit(): Counts {
  if (!existsSync(unitReport)) return { passed: 0, failed: 0 }
  const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(unitReport, "utf8")) as {
    numPassedTests: number
    numFailedTests: number
    testResults: { status: string; assertionResults: unknown[] }[]
  }
  // A file that cannot be loaded has no tests, but counts as a failure.
  const broken = testResults.filter(({ status, assertionResults }) => status === "failed" && !assertionResults.length)
  return { passed: numPassedTests, failed: numFailedTests + broken.length }
}

function countE2e(): Counts {
  if (!existsSync(e2eReport)) return { passed: 0, failed: 0 }
  const { stats, errors } = JSON.parse(readFileSync(e2eReport, "utf8")) as {
    stats: { expected: number; unexpected: number; flaky: number }
    errors: unknown[]
  }
  return { passed: stats.expected + stats.flaky, failed: stats.unexpected + errors.length }
}

/** Runs a step, and shows its output only when it fails. */
async function quietly(run: Run): Promise<boolean> {
  const started = Date.now()
  console.log(`… ${run.name}`)
  const { ok, output } = await execute(run, "pipe")
  if (ok) console.log(`✓ ${run.name}, ${seconds(started)}`)
  else console.log(`✗ ${run.name}, ${seconds(started)}:\n${output}`)
  return ok
}

/** Runs a step that shows its own progress. */
async function loudly(run: Run): Promise<boolean> {
  const started = Date.now()
  console.log(`… ${run.name}`)
  const { ok } = await execute(run, "inherit")
  console.log(`${ok ? "✓" : "✗"} ${run.name}, ${seconds(started)}`)
  return ok
}

function execute({ args, env }: Run, output: "pipe" | "inherit"): Promise<{ ok: boolean; output: string }> {
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ["ignore", output, output],
  })
  running.add(child)
  const chunks: Buffer[] = []
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk: Buffer) => chunks.push(chunk))
  return new Promise((resolve, reject) => {
    child.once("error", reject)
    child.once("close", (code) => {
      running.delete(child)
      resolve({ ok: code === 0, output: Buffer.concat(chunks).toString() })
    })
  })
}

const seconds = (started: number) => `${((Date.now() - started) / 1000).toFixed(1)} s`

process.env.NEXT_TELEMETRY_DISABLED = "1"
// This process ends with the running step and then stops Postgres. Ctrl-C reaches both processes, SIGTERM only this one.
process.on("SIGINT", () => undefined)
process.on("SIGTERM", () => {
  for (const child of running) child.kill("SIGINT")
})
const started = Date.now()
try {
  const passed = await main()
  console.log(`\nIt took ${seconds(started)}.${passed ? "" : " Failed: see ✗ above."}`)
  // A line that scripts can find.
  if (existsSync(unitReport)) {
    const [unit, e2e] = [countUnit(), countE2e()]
    console.log(`\n${unit.passed + e2e.passed} passed, ${unit.failed + e2e.failed} failed`)
  }
  process.exitCode = passed ? 0 : 1
} finally {
  rmSync(reports, { recursive: true, force: true })
}
