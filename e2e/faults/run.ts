// npm run test:faults: the fault tests in their long form. Options: --rounds N, --seed S.
import { spawn } from "node:child_process"
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import os from "node:os"
import path from "node:path"
import { binOf, root } from "@/lib/testing/packages"
import { parseFaultOptions } from "./options"
import { reportVariable } from "./report"

const files = ["e2e/faults/", "e2e/server/(nginx|processes|restart|unavailable).spec.ts"]

if (!existsSync(path.join(root, ".next/oauth-flow/server.mjs"))) {
  console.error("There is no build. Run npm run build first.")
  process.exit(1)
}
const { options, env } = parseFaultOptions(process.argv.slice(2))
console.log(`Fault tests with --rounds ${options.rounds} --seed ${options.seed}`)
const folder = mkdtempSync(path.join(os.tmpdir(), "oauth-flow-faults-"))
const report = path.join(folder, "report.jsonl")
const startedAt = Date.now()
const playwright = spawn(
  process.execPath,
  [binOf("@playwright/test"), "test", ...files, "--project", "sqlite", "--project", "postgres"],
  { cwd: root, stdio: "inherit", env: { ...process.env, ...env, [reportVariable]: report } },
)
// Ctrl-C reaches both processes. Playwright stops its servers first.
process.on("SIGINT", () => undefined)
playwright.once("close", (code) => {
  if (existsSync(report)) console.log(`\nCounts:\n${readFileSync(report, "utf8")}`)
  rmSync(folder, { recursive: true, force: true })
  console.log(`It took ${Math.round((Date.now() - startedAt) / 1000)} s.`)
  process.exitCode = code ?? 1
})
