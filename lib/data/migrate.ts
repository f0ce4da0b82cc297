import { createHash } from "node:crypto"
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync } from "node:fs"
import path from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import type pg from "pg"
import type { Config } from "@/lib/config"
import { attempt } from "./attempt"
import { openPostgres, openSqlite, schemaOf, sqliteFile } from "./connections"
import { codeOf } from "./errors"

type Migration = { name: string; sql: string; checksum: string }
type Applied = { name: string; checksum: string }
type FindMissing = (applied: Applied[]) => Migration[]

/** The migrations on disk and in the database do not match. */
export class MigrationError extends Error {
  override name = "MigrationError"
}

const sqliteTimeoutMs = 30_000

const createTable = `CREATE TABLE IF NOT EXISTS "_migration" ("name" TEXT NOT NULL PRIMARY KEY, "checksum" TEXT NOT NULL, "appliedAt" TEXT NOT NULL)`

/**
 * Migrates the database to this version's schema: applies each missing migration, in order and under a lock. Several servers
 * may call this at the same time on an empty database; each migration is applied once.
 * @param directory the project's root, where `prisma/migrations` is
 * @returns the names of the migrations applied now
 * @throws MigrationError when an applied migration has changed, or a newer version has removed something that this version uses
 */
export async function migrate(
  { databaseUrl, databaseProvider }: Pick<Config, "databaseUrl" | "databaseProvider">,
  directory: string,
): Promise<string[]> {
  const migrations = readMigrations(path.join(directory, "prisma/migrations", databaseProvider))
  const findMissing: FindMissing = (applied) => {
    for (const done of applied) checkApplied(done, migrations, directory)
    return migrations.filter(({ name }) => !applied.some((done) => done.name === name))
  }
  return databaseProvider === "sqlite"
    ? migrateSqlite(databaseUrl, findMissing)
    : migratePostgres(databaseUrl, findMissing)
}

function readMigrations(folder: string): Migration[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(".sql"))
    .sort()
    .map((file) => {
      // Git may check files out with Windows line endings. The checksum must not depend on that.
      const sql = readFileSync(path.join(folder, file), "utf8").replaceAll("\r\n", "\n")
      return { name: path.basename(file, ".sql"), sql, checksum: createHash("sha256").update(sql).digest("hex") }
    })
}

/**
 * During an upgrade and after a rollback, this version runs on the schema of a newer one. That works after migrations that
 * only add. One that removes or renames something has the oldest version that works with it in its name.
 */
const contraction = /^\d+_contract_(\d+)_(\d+)_(\d+)_/

function checkApplied({ name, checksum }: Applied, migrations: Migration[], directory: string): void {
  const known = migrations.find((migration) => migration.name === name)
  if (known && known.checksum !== checksum) {
    throw new MigrationError(
      `Migration ${name} was changed after it was applied. Restore its file, and make the change in a new migration.`,
    )
  }
  const oldest = contraction.exec(name)?.slice(1).map(Number)
  if (!known && oldest && isOlder(readVersion(directory), oldest)) {
    throw new MigrationError(
      `The database has migration ${name}, so this version cannot use it. Start version ${oldest.join(".")} or newer of OAuth Flow.`,
    )
  }
}

function readVersion(directory: string): number[] {
  const { version } = JSON.parse(readFileSync(path.join(directory, "package.json"), "utf8")) as { version: string }
  return version.split(/[.-]/).slice(0, 3).map(Number)
}

function isOlder(version: number[], than: number[]): boolean {
  const at = than.findIndex((part, i) => part !== version[i])
  return at >= 0 && (version[at] ?? 0) < (than[at] ?? 0)
}

async function migrateSqlite(databaseUrl: string, findMissing: FindMissing): Promise<string[]> {
  const file = sqliteFile(databaseUrl)
  mkdirSync(path.dirname(file), { recursive: true })
  // Created here, because SQLite would let others read it. It contains email addresses and password hashes.
  closeSync(openSync(file, "a", 0o600))
  const db = await openSqlite(databaseUrl, sqliteTimeoutMs)
  try {
    // With WAL, readers and one writer do not block each other, in any number of processes. The mode is stored in the file.
    // SQLite does not wait for another process that sets it at the same time, so this needs `attempt`.
    await attempt("write", () => db.pragma("journal_mode = WAL"))
    // A migration that rebuilds a table drops the old one, which would delete the rows that refer to it. This pragma has no
    // effect inside a transaction. References are checked after the migrations.
    db.pragma("foreign_keys = OFF")
    const apply = db.transaction(() => {
      db.exec(createTable)
      const applied = db.prepare<[], Applied>(`SELECT "name", "checksum" FROM "_migration"`).all()
      const missing = findMissing(applied)
      for (const { name, sql, checksum } of missing) {
        db.exec(sql)
        db.prepare(`INSERT INTO "_migration" VALUES (?, ?, ?)`).run(name, checksum, new Date().toISOString())
      }
      // The check reads every row, so it is skipped when nothing was applied.
      const orphans = missing.length > 0 ? (db.pragma("foreign_key_check") as unknown[]) : []
      if (orphans.length > 0) {
        throw new MigrationError(
          `A migration would leave ${orphans.length} rows that refer to missing rows. Nothing was changed. Fix the migration.`,
        )
      }
      return missing.map(({ name }) => name)
    })
    return apply.immediate()
  } finally {
    db.close()
  }
}

/** The key of the migration lock: an arbitrary number that no other program uses on this database. */
const advisoryLock = 4_710_936_201

/** Seconds for which a migration waits for a lock. Requests that need the table wait behind it. */
const lockSeconds = 2

/** How often a migration is tried again, because a long transaction, such as a backup, has locked a table. */
const maxLockAttempts = 60

async function migratePostgres(databaseUrl: string, findMissing: FindMissing): Promise<string[]> {
  const db = await openPostgres(databaseUrl)
  const schema = schemaOf(databaseUrl)
  try {
    for (let attempts = 1; ; attempts++) {
      try {
        return await applyOnPostgres(db, schema, findMissing)
      } catch (error) {
        await db.query("ROLLBACK")
        if (codeOf(error) !== lockNotAvailable || attempts === maxLockAttempts) throw error
        // Lets the requests that waited behind the migration pass.
        await sleep(1_000)
      }
    }
  } finally {
    await db.end()
  }
}

const lockNotAvailable = "55P03"

async function applyOnPostgres(db: pg.Client, schema: string | null, findMissing: FindMissing): Promise<string[]> {
  await db.query("BEGIN")
  await db.query("SELECT pg_advisory_xact_lock($1)", [advisoryLock])
  const { rowCount } = await db.query("SELECT FROM pg_namespace WHERE nspname = $1", [schema])
  if (schema && rowCount === 0) await db.query(`CREATE SCHEMA "${schema}"`)
  await db.query(createTable)
  const { rows } = await db.query<Applied>(`SELECT "name", "checksum" FROM "_migration"`)
  const missing = findMissing(rows)
  await db.query(`SET LOCAL lock_timeout = '${lockSeconds}s'`)
  for (const { name, sql, checksum } of missing) {
    await db.query(sql)
    await db.query(`INSERT INTO "_migration" VALUES ($1, $2, $3)`, [name, checksum, new Date().toISOString()])
  }
  await db.query("COMMIT")
  return missing.map(({ name }) => name)
}
