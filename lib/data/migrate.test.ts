import { cpSync, mkdirSync, rmSync, statSync, writeFileSync } from "node:fs"
import path from "node:path"
import pg from "pg"
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest"
import {
  createEmptyDatabase,
  makeTestFolder,
  type TestDatabase,
  type TestProvider,
  testProviders,
} from "@/lib/testing/database"
import { root } from "@/lib/testing/packages"
import { runInProcesses } from "@/lib/testing/processes"
import { query } from "@/lib/testing/query"
import { testSecret } from "@/lib/testing/settings"
import { MigrationError, migrate } from "./migrate"

/** Test migrations that work with both providers. */
const first = `CREATE TABLE "a" ("id" TEXT NOT NULL PRIMARY KEY);`
const second = `CREATE TABLE "b" ("id" TEXT NOT NULL PRIMARY KEY);\nINSERT INTO "a" VALUES ('one');`
const broken = `CREATE TABLE "c" ("id" TEXT NOT NULL PRIMARY KEY);\nINSERT INTO "nowhere" VALUES ('one');`

describe.each(testProviders)("migrations, on %s:", (databaseProvider: TestProvider) => {
  let database: TestDatabase
  let project: { path: string; remove(): void }

  beforeEach(async () => {
    database = await createEmptyDatabase(databaseProvider)
    project = makeTestFolder()
    writeMigration("0001_first", first)
  })
  afterEach(async () => {
    await database.drop()
    project.remove()
  })

  const folder = (provider: string = databaseProvider) => path.join(project.path, "prisma/migrations", provider)
  function writeMigration(name: string, sql: string, provider?: string) {
    mkdirSync(folder(provider), { recursive: true })
    writeFileSync(path.join(folder(provider), `${name}.sql`), sql)
  }
  const migrateTo = (directory: string) => migrate({ databaseUrl: database.url, databaseProvider }, directory)
  const applied = () => query(database.url, `SELECT "name" FROM "_migration" ORDER BY "name"`)
  const rows = (table: string) => query(database.url, `SELECT * FROM "${table}"`)

  test("are applied once, in the order of their names", async () => {
    writeMigration("0002_second", second)
    expect(await migrateTo(project.path)).toEqual(["0001_first", "0002_second"])
    expect(await migrateTo(project.path)).toEqual([])
    expect(await rows("a")).toEqual([{ id: "one" }])
    expect(await applied()).toEqual([{ name: "0001_first" }, { name: "0002_second" }])
  })

  test("that are new are applied to a database with the earlier ones", async () => {
    await migrateTo(project.path)
    writeMigration("0002_second", second)
    expect(await migrateTo(project.path)).toEqual(["0002_second"])
  })

  test("are those of the provider; other files are ignored", async () => {
    writeMigration("0002_second", second, databaseProvider === "sqlite" ? "postgres" : "sqlite")
    writeFileSync(path.join(folder(), "README.md"), "not a migration")
    expect(await migrateTo(project.path)).toEqual(["0001_first"])
  })

  test("are rejected when an applied one has changed, and nothing is applied", async () => {
    await migrateTo(project.path)
    writeMigration("0001_first", `${first}\n-- changed`)
    writeMigration("0002_second", second)
    await expect(migrateTo(project.path)).rejects.toThrow(MigrationError)
    await expect(migrateTo(project.path)).rejects.toThrow("Migration 0001_first was changed after it was applied")
    expect(await applied()).toEqual([{ name: "0001_first" }])
  })

  test("are the same with Windows line endings", async () => {
    writeMigration("0002_second", second)
    await migrateTo(project.path)
    writeMigration("0002_second", second.replaceAll("\n", "\r\n"))
    expect(await migrateTo(project.path)).toEqual([])
  })

  test("of a newer version that only add something do not stop this version", async () => {
    writeMigration("0002_second", second)
    await migrateTo(project.path)
    rmSync(path.join(folder(), "0002_second.sql"))
    expect(await migrateTo(project.path)).toEqual([])
  })

  test.each([
    ["0.2.9", false],
    ["0.3.0-rc.1", true],
    ["0.10.0", true],
    ["1.0.0", true],
  ])("of a newer version that remove something: version %s may start: %s", async (version, starts) => {
    writeMigration("0002_contract_0_3_0_without_b", second)
    await migrateTo(project.path)
    rmSync(path.join(folder(), "0002_contract_0_3_0_without_b.sql"))
    writeFileSync(path.join(project.path, "package.json"), JSON.stringify({ version }))
    const migrated = migrateTo(project.path)
    if (starts) expect(await migrated).toEqual([])
    else await expect(migrated).rejects.toThrow(/^The database has migration .* Start version 0\.3\.0 or newer/)
  })

  test("leave nothing behind when one fails, and are applied once it is fixed", async () => {
    writeMigration("0002_broken", broken)
    await expect(migrateTo(project.path)).rejects.toThrow()
    await expect(rows("a")).rejects.toThrow()
    await expect(rows("c")).rejects.toThrow()
    writeMigration("0002_broken", second)
    expect(await migrateTo(project.path)).toEqual(["0001_first", "0002_broken"])
  })

  test("are applied once when ten servers start on an empty database", async () => {
    writeMigration("0002_second", second)
    const results = await Promise.all(Array.from({ length: 10 }, () => migrateTo(project.path)))
    expect(results.filter(({ length }) => length > 0)).toEqual([["0001_first", "0002_second"]])
    expect(await rows("a")).toEqual([{ id: "one" }])
  })

  test("are found in the given directory", async () => {
    cpSync(path.join(root, "prisma"), path.join(project.path, "elsewhere/prisma"), { recursive: true })
    expect((await migrateTo(path.join(project.path, "elsewhere"))).length).toBeGreaterThan(0)
    expect(await migrateTo(root)).toEqual([])
  })

  if (databaseProvider === "postgres") {
    test("let requests pass while a long transaction keeps a table from being changed", async () => {
      await migrateTo(project.path)
      const backup = new pg.Client(database.url)
      await backup.connect()
      await backup.query(`BEGIN; SELECT * FROM "a"`)
      writeMigration("0002_more", `ALTER TABLE "a" ADD COLUMN "more" TEXT`)
      const migrated = migrateTo(project.path)
      const waiting = () => query(database.url, `SELECT 1 FROM pg_locks WHERE NOT granted AND locktype = 'relation'`)
      await vi.waitUntil(async () => (await waiting()).length === 1, { timeout: 10_000 })
      // A request that waits behind the migration.
      expect(await rows("a")).toEqual([])
      await backup.query("COMMIT")
      await backup.end()
      expect(await migrated).toEqual(["0002_more"])
    })
  }

  if (databaseProvider === "sqlite") {
    // One process opens an SQLite file only once at a time. On Postgres the connections above race like servers.
    test("of this project are applied once by processes that start together", async () => {
      const settings = { DATABASE_URL: database.url, SECRET: testSecret }
      const answers = await runInProcesses(2, "migrate", settings)
      expect(answers.filter(Boolean)).toHaveLength(1)
      expect(await migrateTo(root)).toEqual([])
    })

    test("may rebuild a table that others refer to without losing their rows", async () => {
      writeMigration("0002_child", `CREATE TABLE "child" ("a" TEXT REFERENCES "a" ("id") ON DELETE CASCADE);`)
      await migrateTo(project.path)
      await query(database.url, `INSERT INTO "a" VALUES ('one')`, `INSERT INTO "child" VALUES ('one')`)
      const rebuild = [
        `CREATE TABLE "new_a" ("id" TEXT NOT NULL PRIMARY KEY, "more" TEXT)`,
        `INSERT INTO "new_a" ("id") SELECT "id" FROM "a"`,
        `DROP TABLE "a"`,
        `ALTER TABLE "new_a" RENAME TO "a"`,
      ]
      writeMigration("0003_rebuild", rebuild.join(";\n"))
      expect(await migrateTo(project.path)).toEqual(["0003_rebuild"])
      expect(await rows("child")).toEqual([{ a: "one" }])
      expect(await rows("a")).toEqual([{ id: "one", more: null }])
    })

    test("are rejected when they would leave a row that refers to a missing one", async () => {
      writeMigration("0002_child", `CREATE TABLE "child" ("a" TEXT REFERENCES "a" ("id") ON DELETE CASCADE);`)
      await migrateTo(project.path)
      await query(database.url, `INSERT INTO "a" VALUES ('one')`, `INSERT INTO "child" VALUES ('one')`)
      writeMigration("0003_delete", `DELETE FROM "a"`)
      await expect(migrateTo(project.path)).rejects.toThrow(MigrationError)
      expect(await rows("a")).toEqual([{ id: "one" }])
      expect(await applied()).toHaveLength(2)
    })

    test.runIf(process.platform !== "win32")("create a file that only its owner can read", async () => {
      await migrateTo(project.path)
      expect(statSync(database.url.slice("file:".length)).mode & 0o777).toBe(0o600)
    })

    test("create the folder, and set the file to WAL mode", async () => {
      const file = path.join(project.path, "new/folder/test.db")
      await migrate({ databaseUrl: `file:${file}`, databaseProvider }, project.path)
      expect(await query(`file:${file}`, "PRAGMA journal_mode")).toEqual([{ journal_mode: "wal" }])
    })
  }
})
