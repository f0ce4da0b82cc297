// npm run test:faults: the fault tests in their long form. Options: --rounds N, --seed S.
import { spawn } from "node:child_process"
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import os from "node:os"
import path from "node:path"
import { binOf, root } from "@/lib/testing/packages"
import { startPostgres } from "@/lib/testing/postgres"
import { parseFaultOptions } from "./options"
import { findPgBouncer, poolerVariable, startPooler } from "./pooler"
import { reportVariable } from "./report"

const files = ["e2e/faults/", "e2e/server/(nginx|processes|restart|unavailable).spec.ts"]

/** What runs a second time, with PgBouncer between the servers and Postgres. */
const pooledFiles = ["e2e/(endpoints|races|leaks)/", "e2e/flows/"]

/** @returns the exit code */
function runPlaywright(args: string[], env: Record<string, string>): Promise<number> {
  const playwright = spawn(process.execPath, [binOf("@playwright/test"), "test", ...args], {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, ...env },
  })
  return new Promise((resolve) => playwright.once("close", (code) => resolve(code ?? 1)))
}

async function runThroughPooler(): Promise<number> {
  const version = findPgBouncer()
  if (version === null) {
    console.log(
      "\nPgBouncer is not installed, so nothing ran through it. Install it (Debian: apt-get install pgbouncer).",
    )
    return 0
  }
  console.log(`\nThrough ${version} in transaction mode:`)
  const postgres = await startPostgres()
  const postgresUrl = postgres.url("postgres")
  const pooler = await startPooler(postgresUrl)
  try {
    const env = { TEST_POSTGRES_URL: postgresUrl, [poolerVariable]: pooler.address }
    return await runPlaywright([...pooledFiles, "--project", "postgres"], env)
  } finally {
    await pooler.stop()
    await postgres.stop()
  }
}

if (!existsSync(path.join(root, ".next/oauth-flow/server.mjs"))) {
  console.error("There is no build. Run npm run build first.")
  process.exit(1)
}
const { options, env } = parseFaultOptions(process.argv.slice(2))
console.log(`Fault tests with --rounds ${options.rounds} --seed ${options.seed}`)
// Ctrl-C reaches all processes. Playwright stops its servers first.
process.on("SIGINT", () => undefined)
const folder = mkdtempSync(path.join(os.tmpdir(), "oauth-flow-faults-"))
const report = path.join(folder, "report.jsonl")
const startedAt = Date.now()
const code = await runPlaywright([...files, "--project", "sqlite", "--project", "postgres"], {
  ...env,
  [reportVariable]: report,
})
if (existsSync(report)) console.log(`\nCounts:\n${readFileSync(report, "utf8")}`)
rmSync(folder, { recursive: true, force: true })
const pooledCode = await runThroughPooler()
console.log(`It took ${Math.round((Date.now() - startedAt) / 1000)} s.`)
process.exitCode = code || pooledCode
