// Generates the two Prisma clients, one per provider, from the models in prisma/schema.prisma.
// Plain JavaScript, because it runs on install, before anything is built.
import { spawnSync } from "node:child_process"
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import path from "node:path"

const root = path.resolve(import.meta.dirname, "../..")
const generated = path.join(root, "lib/data/generated")
const require = createRequire(import.meta.url)

/** Finds Prisma's CLI; null when it is not installed. */
function findPrismaCli() {
  try {
    return require.resolve("prisma/build/index.js")
  } catch {
    return null
  }
}

function generate(cli, schema) {
  const run = spawnSync(process.execPath, [cli, "generate", "--schema", schema], {
    cwd: root,
    encoding: "utf8",
    env: {
      ...process.env,
      // `generate` requires a schema engine but never runs it. Any executable prevents the download.
      PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
      PRISMA_HIDE_UPDATE_MESSAGE: "1",
      CHECKPOINT_DISABLE: "1",
    },
  })
  if (run.status !== 0) {
    process.stderr.write(`${run.stdout}${run.stderr}`)
    throw new Error(`prisma generate failed for ${path.relative(root, schema)}. The reason is above.`)
  }
}

const cli = findPrismaCli()
if (cli) {
  const schema = path.join(root, "prisma/schema.prisma")
  const postgres = path.join(generated, "postgres.prisma")
  mkdirSync(generated, { recursive: true })
  writeFileSync(
    postgres,
    readFileSync(schema, "utf8")
      .replace('provider = "sqlite"', 'provider = "postgresql"')
      .replace('"../lib/data/generated/sqlite"', '"./postgres"'),
  )
  generate(cli, schema)
  generate(cli, postgres)
} else if (!existsSync(path.join(generated, "sqlite"))) {
  console.warn("Prisma's CLI is not installed, so the database clients were not generated. Run npm ci without --omit.")
}
