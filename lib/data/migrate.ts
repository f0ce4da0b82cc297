import { createHash } from "node:crypto"
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync } from "node:fs"
import path from "node:path"
import type { Config } from "@/lib/config"
import { attempt } from "./attempt"
import { openPostgres, openSqlite, schemaOf, sqliteFile } from "./connections"

type Migration = { name: string; sql: string; checksum: string }
type Applied = { name: string; checksum: string }

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
 * @throws MigrationError when an applied migration has changed, or the database is from a newer version
 */
export async function migrate(
  { databaseUrl, databaseProvider }: Pick<Config, "databaseUrl" | "databaseProvider">,
  directory: string,
): Promise<string[]> {
  const migrations = readMigrations(path.join(directory, "prisma/migrations", databaseProvider))
  return databaseProvider === "sqlite"
    ? migrateSqlite(databaseUrl, migrations)
    : migratePostgres(databaseUrl, migrations)
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

function findMissing(migrations: Migration[], applied: Applied[]): Migration[] {
  for (const { name, checksum } of applied) {
    const known = migrations.find((migration) => migration.name === name)
    if (!known) {
      throw new MigrationError(
        `The database has migration ${name}, which this version does not have. Start a newer version of OAuth Flow.`,
      )
    }
    if (known.checksum !== checksum) {
      throw new MigrationError(
        `Migration ${name} was changed after it was applied. Restore its file, and make the change in a new migration.`,
      )
    }
  }
  return migrations.filter(({ name }) => !applied.some((done) => done.name === name))
}

async function migrateSqlite(databaseUrl: string, migrations: Migration[]): Promise<string[]> {
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
      const missing = findMissing(migrations, applied)
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

async function migratePostgres(databaseUrl: string, migrations: Migration[]): Promise<string[]> {
  const db = await openPostgres(databaseUrl)
  const schema = schemaOf(databaseUrl)
  try {
    await db.query("BEGIN")
    await db.query("SELECT pg_advisory_xact_lock($1)", [advisoryLock])
    const { rowCount } = await db.query("SELECT FROM pg_namespace WHERE nspname = $1", [schema])
    if (schema && rowCount === 0) await db.query(`CREATE SCHEMA "${schema}"`)
    await db.query(createTable)
    const { rows } = await db.query<Applied>(`SELECT "name", "checksum" FROM "_migration"`)
    const missing = findMissing(migrations, rows)
    for (const { name, sql, checksum } of missing) {
      await db.query(sql)
      await db.query(`INSERT INTO "_migration" VALUES ($1, $2, $3)`, [name, checksum, new Date().toISOString()])
    }
    await db.query("COMMIT")
    return missing.map(({ name }) => name)
  } finally {
    await db.end()
  }
}
