import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import path from "node:path"
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest"
import { migrate } from "@/lib/data/migrate"
import { createEmptyDatabase, makeTestFolder, type TestDatabase, testProviders } from "@/lib/testing/database"
import { root } from "@/lib/testing/packages"
import { writeMigrations } from "./migrations"
import { diffDatabase } from "./schema-diff"

const models = readFileSync(path.join(root, "prisma/schema.prisma"), "utf8")
const changes: [title: string, models: string][] = [
  ["a new column", models.replace("model User {", "model User {\n  nickname String?")],
  ["a removed column", models.replace(/^ {2}nonce .*$/m, "")],
  ["a column that is now optional", models.replace(/^ {2}passwordHash( +)String$/m, "  passwordHash$1String?")],
  ["a column with another type", models.replace(/^ {2}rotations( +)Int /m, "  rotations$1BigInt ")],
  ["a removed index", models.replace("  @@index([expiresAt])\n", "")],
  ["a new default", models.replace('@default("RS256")', '@default("ES256")')],
  ["a new model", `${models}\nmodel Extra {\n  id String @id\n}\n`],
]

describe.each(testProviders)("on %s, the committed migrations", (databaseProvider) => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await createEmptyDatabase(databaseProvider)
    await migrate({ databaseUrl: database.url, databaseProvider }, root)
  })
  afterAll(() => database.drop())

  test("create the schema of the models", async () => {
    expect(await diffDatabase(database.url, models), "run: npm run migration -- NAME").toBe("")
  })

  test.each(changes)("are found to lack %s", async (_, changed) => {
    expect(changed).not.toBe(models)
    expect(await diffDatabase(database.url, changed)).not.toBe("")
  })
})

describe.runIf(testProviders.includes("postgres"))("npm run migration", () => {
  let project: { path: string; remove(): void }
  beforeEach(() => {
    project = makeTestFolder()
    cpSync(path.join(root, "prisma"), path.join(project.path, "prisma"), { recursive: true })
  })
  afterEach(() => project.remove())

  const write = (changed: string) => {
    writeFileSync(path.join(project.path, "prisma/schema.prisma"), changed)
    return writeMigrations("change", project.path)
  }
  const migrations = () => readdirSync(path.join(project.path, "prisma/migrations"), { recursive: true }).sort()

  test("adds a column for both providers, in one statement each, and then nothing more", async () => {
    const [, changed = ""] = changes[0] ?? []
    const files = await write(changed)
    expect(files.map((file) => file.replace(/\d{4}/, "N"))).toEqual([
      "prisma/migrations/sqlite/N_change.sql",
      "prisma/migrations/postgres/N_change.sql",
    ])
    for (const file of files) {
      const sql = readFileSync(path.join(project.path, file), "utf8")
      expect(sql.replace(/^--.*$/gm, "").trim()).toMatch(/^ALTER TABLE "User" ADD COLUMN\s+"nickname" TEXT;$/)
    }
    expect(await write(changed)).toEqual([])
  })

  test.each(["sqlite", "postgres"])("writes for %s only when the other does not differ", async (provider) => {
    const removed = readdirSync(path.join(root, "prisma/migrations", provider)).find((file) => file.startsWith("0012_"))
    rmSync(path.join(project.path, "prisma/migrations", provider, removed ?? ""))
    const before = migrations()
    const [file = "", ...others] = await write(models)
    expect(file).toMatch(new RegExp(`^prisma/migrations/${provider}/`))
    expect(others).toEqual([])
    expect(migrations()).toEqual([...before, path.relative("prisma/migrations", file)].sort())
    expect(await write(models)).toEqual([])
  })

  test("writes nothing when the models have not changed", async () => {
    const before = migrations()
    expect(await write(models)).toEqual([])
    expect(migrations()).toEqual(before)
  })
})
