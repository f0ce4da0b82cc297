import { spawn, spawnSync } from "node:child_process"
import { writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import path from "node:path"
import { expect, test } from "vitest"
import { migrate } from "@/lib/data/migrate"
import { createEmptyDatabase, makeTestFolder, testProviders } from "@/lib/testing/database"
import { findFreePort } from "@/lib/testing/free-port"
import { root } from "@/lib/testing/packages"

const cli = createRequire(import.meta.url).resolve("prisma/build/index.js")
// These commands require a schema engine but do not run it. Any executable prevents the download.
const env = { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, CHECKPOINT_DISABLE: "1" }

test("prisma format has nothing to change", () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, "format", "--check"], {
    cwd: root,
    env: { ...env, DATABASE_URL: "file:./data/test.db" },
    encoding: "utf8",
  })
  expect(status, stdout + stderr).toBe(0)
})

test.each(testProviders)("prisma studio opens the database of DATABASE_URL, on %s", async (databaseProvider) => {
  const database = await createEmptyDatabase(databaseProvider)
  await migrate({ databaseUrl: database.url, databaseProvider }, root)
  const port = await findFreePort()
  const studio = spawn(process.execPath, [cli, "studio", "--browser", "none", "--port", String(port)], {
    cwd: root,
    env: { ...env, DATABASE_URL: database.url },
    stdio: "ignore",
  })
  try {
    const open = () => fetch(`http://localhost:${port}/`).then(({ status }) => status)
    await expect.poll(open, { timeout: 25_000 }).toBe(200)
  } finally {
    studio.kill()
    await database.drop()
  }
})

// The engine of this command is an executable that runs stdio-engine.ts.
test.runIf(process.platform !== "win32").each(testProviders)(
  "prisma migrate diff finds the migrated database equal to the models, on %s",
  async (databaseProvider) => {
    const database = await createEmptyDatabase(databaseProvider)
    await migrate({ databaseUrl: database.url, databaseProvider }, root)
    const folder = makeTestFolder()
    const engine = path.join(folder.path, "schema-engine")
    writeFileSync(engine, "#!/bin/sh\nexec node --import tsx prisma/tooling/stdio-engine.ts\n", { mode: 0o755 })
    const schema = databaseProvider === "sqlite" ? "prisma/schema.prisma" : "lib/data/generated/postgres.prisma"
    const diff = (from: string) => {
      const args = [cli, "migrate", "diff", from, "--to-schema", schema, "--script"]
      const engineEnv = { ...env, PRISMA_SCHEMA_ENGINE_BINARY: engine, DATABASE_URL: database.url }
      return spawnSync(process.execPath, args, { cwd: root, env: engineEnv, encoding: "utf8" })
    }
    try {
      const [all, changes] = [diff("--from-empty"), diff("--from-config-datasource")]
      expect(all.stdout, all.stderr).toContain('CREATE TABLE "Session"')
      expect(changes.stdout.trim(), changes.stderr).toBe("-- This is an empty migration.")
    } finally {
      folder.remove()
      await database.drop()
    }
  },
)
