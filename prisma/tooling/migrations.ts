import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import os from "node:os"
import path from "node:path"
import { migrate } from "@/lib/data/migrate"
import { startPostgres } from "@/lib/testing/postgres"
import { diffDatabase } from "./schema-diff"

/**
 * Writes the migration from the committed ones to the models, for each provider that differs. Both are compared on new
 * databases with the committed migrations before anything is written.
 * @param directory the project's root, where `prisma` is
 * @returns the files written, relative to `directory`; empty when the models have not changed
 */
export async function writeMigrations(name: string, directory: string): Promise<string[]> {
  const models = readFileSync(path.join(directory, "prisma/schema.prisma"), "utf8")
  const scripts = await withNewDatabases(async (urls) => {
    const found: [provider: string, sql: string][] = []
    for (const [databaseProvider, databaseUrl] of urls) {
      await migrate({ databaseUrl, databaseProvider }, directory)
      found.push([databaseProvider, await diffDatabase(databaseUrl, models)])
    }
    return found
  })
  const folder = (provider: string) => path.join(directory, "prisma/migrations", provider)
  const number = Math.max(0, ...scripts.flatMap(([provider]) => readdirSync(folder(provider)).map(numberOf))) + 1
  return scripts
    .filter(([, sql]) => sql !== "")
    .map(([provider, sql]) => {
      const file = path.join(folder(provider), `${String(number).padStart(4, "0")}_${name}.sql`)
      writeFileSync(file, sql)
      return path.relative(directory, file)
    })
}

const numberOf = (file: string) => Number.parseInt(file, 10) || 0

async function withNewDatabases<Result>(
  use: (urls: [provider: "sqlite" | "postgres", url: string][]) => Promise<Result>,
): Promise<Result> {
  const folder = mkdtempSync(path.join(os.tmpdir(), "oauth-flow-migration-"))
  const postgres = await startPostgres()
  try {
    return await use([
      ["sqlite", `file:${path.join(folder, "migration.db")}`],
      ["postgres", await postgres.createDatabase("oauth_flow_migration")],
    ])
  } finally {
    await postgres.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}
