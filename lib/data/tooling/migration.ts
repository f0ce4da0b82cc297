// npm run migration -- NAME: writes the SQL that takes the last migration's models to prisma/schema.prisma, for both
// providers. The snapshot beside the migrations is the models as of the last one.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import path from "node:path"
import { diffSchemas, type Provider, providers } from "./schema-diff"

const folder = path.resolve("prisma/migrations")
const folders: Record<Provider, string> = { sqlite: "sqlite", postgresql: "postgres" }
const snapshot = path.join(folder, "schema.prisma")

async function main() {
  const name = process.argv[2]
  if (!name || !/^[a-z0-9_]+$/.test(name)) {
    throw new Error("Name the migration in lower-case words: npm run migration -- add_device_codes")
  }
  const schema = readFileSync("prisma/schema.prisma", "utf8")
  const before = existsSync(snapshot) ? readFileSync(snapshot, "utf8") : null
  for (const provider of providers) {
    const sql = await diffSchemas(provider, before, schema)
    if (!sql) throw new Error("The models have not changed since the last migration.")
    const target = path.join(folder, folders[provider])
    mkdirSync(target, { recursive: true })
    const number = String(readdirSync(target).length + 1).padStart(4, "0")
    writeFileSync(path.join(target, `${number}_${name}.sql`), sql)
    console.log(`wrote ${path.relative(".", target)}/${number}_${name}.sql`)
  }
  writeFileSync(snapshot, schema)
}

main().catch((error: Error) => {
  console.error(error.message)
  process.exitCode = 1
})
