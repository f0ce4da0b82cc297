import { execFile } from "node:child_process"
import { promisify } from "node:util"
import { root } from "@/lib/testing/packages"
import { testEnvironment } from "../fixtures/environment"
import { expect, test } from "../fixtures/world"

// The short form of `npm run fuzz`: always the same requests. With an even seed, the server is that of the demo.

for (const seed of [1, 2]) {
  test(`five hundred random requests of seed ${seed} cause no fault`, async () => {
    test.setTimeout(180_000)
    const { provider } = testEnvironment()
    const args = ["--seed", String(seed), "--requests", "500", "--database", provider]
    const run = promisify(execFile)(process.execPath, ["--import", "tsx", "e2e/fuzz/run.ts", ...args], { cwd: root })
    const { stdout } = await run.catch((failed: { stdout: string }) => failed)
    expect(stdout).toContain(`500 requests, seed ${seed}, ${provider}`)
    expect(stdout).not.toContain("problems")
  })
}
