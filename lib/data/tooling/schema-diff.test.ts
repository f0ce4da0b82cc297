import { readFileSync } from "node:fs"
import path from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { migrate } from "@/lib/data/migrate"
import { createEmptyDatabase, type TestDatabase, testProviders } from "@/lib/testing/database"
import { root } from "@/lib/testing/packages"
import { describeSchema, query } from "@/lib/testing/schema"
import { diffSchemas, type Provider, providers } from "./schema-diff"

const read = (file: string) => readFileSync(path.join(root, file), "utf8")
const models = read("prisma/schema.prisma")
const snapshot = read("prisma/migrations/schema.prisma")
const changes: [title: string, models: string][] = [
  ["a new column", models.replace("model User {", "model User {\n  nickname String?")],
  ["a column that is gone", models.replace(/^ {2}nonce .*$/m, "")],
  ["a column that may be empty now", models.replace(/^ {2}passwordHash( +)String$/m, "  passwordHash$1String?")],
  ["an index that is gone", models.replace("  @@index([expiresAt])\n", "")],
  ["a new default", models.replace('@default("RS256")', '@default("ES256")')],
  ["a new model", `${models}\nmodel Extra {\n  id String @id\n}\n`],
]

describe.each(providers)("for %s, the migrations", (provider: Provider) => {
  test("were made from the models as they are now", async () => {
    expect(await diffSchemas(provider, snapshot, models), "run: npm run migration -- NAME").toBe("")
  })

  test.each(changes)("would be found to lack %s", async (_, changed) => {
    expect(changed).not.toBe(models)
    expect(await diffSchemas(provider, snapshot, changed)).not.toBe("")
  })
})

test("the SQL of a new column adds that column and touches no other", async () => {
  const [, changed = ""] = changes[0] ?? []
  for (const provider of providers) {
    const sql = await diffSchemas(provider, models, changed)
    expect(sql.replace(/^--.*$/gm, "").trim()).toMatch(/^ALTER TABLE "User" ADD COLUMN\s+"nickname" TEXT;$/)
  }
})

describe.each(testProviders)("on an empty %s database, the committed migrations", (databaseProvider) => {
  const provider: Provider = databaseProvider === "sqlite" ? "sqlite" : "postgresql"
  const databases: TestDatabase[] = []
  let migrated: Awaited<ReturnType<typeof describeSchema>>

  async function createDatabase(): Promise<string> {
    const database = await createEmptyDatabase(databaseProvider)
    databases.push(database)
    return database.url
  }
  async function schemaOf(changedModels: string) {
    const url = await createDatabase()
    await query(url, await diffSchemas(provider, null, changedModels))
    return describeSchema(url)
  }

  beforeAll(async () => {
    const databaseUrl = await createDatabase()
    await migrate({ databaseUrl, databaseProvider }, root)
    migrated = await describeSchema(databaseUrl)
  })
  afterAll(() => Promise.all(databases.map((database) => database.drop())))

  test("make the same columns, indexes and constraints as the models alone", async () => {
    expect(migrated.map((rows) => rows.length > 5)).toEqual([true, true, true])
    expect(await schemaOf(models)).toEqual(migrated)
  })

  test.each(changes)("would be found to make another schema than models with %s", async (_, changed) => {
    expect(await schemaOf(changed)).not.toEqual(migrated)
  })
})
