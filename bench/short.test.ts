// npm run bench:test, after npm run build.
import assert from "node:assert/strict"
import { execFile } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import os from "node:os"
import path from "node:path"
import { test } from "node:test"
import { promisify } from "node:util"
import { root } from "@/lib/testing/packages"

/** The rows of the table. The floor server has only some of them. */
const rows = [
  "Introspection",
  "Refresh with rotation, JWT",
  "Refresh with rotation, opaque",
  "Refresh with a DPoP proof, JWT",
  "Refresh with a DPoP proof, opaque",
  "Refresh with private_key_jwt, JWT",
  "Refresh with private_key_jwt, opaque",
  "Code flow, JWT",
  "Code flow, opaque",
  "Revocation",
  "JWKS",
  "Discovery",
]
/** They are not measured with better-auth. */
const withoutBetterAuth = /DPoP|private_key_jwt/
const peers = ["oidc-provider, memory", "oidc-provider, SQLite", "better-auth, SQLite"]

test("the short benchmark checks every response and prints every row", async () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), "oauth-flow-bench-"))
  try {
    const file = path.join(folder, "results.json")
    const args = ["--import", "tsx", "bench/run.ts", "--short", "--json", file]
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root })
    const table = stdout.split("\n").filter((line) => line.startsWith("| "))
    for (const name of rows) {
      for (const connections of [1, 16]) {
        const row = table.find((line) => new RegExp(`^\\| ${name} +\\| +${connections} \\|`).test(line))
        const numbers = row?.split("|").slice(3, 4 + peers.length) ?? []
        assert.equal(numbers.length, 1 + peers.length, `${name}, ${connections} connections`)
        const present = withoutBetterAuth.test(name) ? numbers.slice(0, -1) : numbers
        for (const number of present) assert.match(number, /\d/, row)
      }
    }
    for (const text of [...peers, "Cold start", "Memory", "p99"]) assert.ok(stdout.includes(text), text)
    assert.ok(JSON.parse(readFileSync(file, "utf8")).machine)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
