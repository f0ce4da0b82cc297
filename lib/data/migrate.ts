import { createHash } from "node:crypto"
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync } from "node:fs"
import path from "node:path"
import type { Config } from "@/lib/config"
import { attempt } from "./attempt"
import { openPostgres, openSqlite, schemaOf, sqliteFile } from "./connections"

type Migration = { name: string; sql: string; checksum: string }
type Applied = { name: string; checksum: string }

/** The migrations on disk and those in the database do not fit together. */
export class MigrationError extends Error {
  override name = "MigrationError"
}

const sqliteTimeoutMs = 30_000

const createTable = `CREATE TABLE IF NOT EXISTS "_migration" ("name" TEXT NOT NULL PRIMARY KEY, "checksum" TEXT NOT NULL, "appliedAt" TEXT NOT NULL)`

/**
 * Brings the database to this version's schema: applies, in order and under a lock, each committed migration that it
 * lacks. Any number of servers may call this at once on an empty database; each migration is applied once.
 * @param directory the project's root, where `prisma/migrations` is
 * @returns the names of the migrations applied now
 * @throws MigrationError when an applied migration's text has changed, or the database is of a newer version
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
      // A checkout on Windows may have turned the line ends; the checksum is of the text without them.
      const sql = readFileSync(path.join(folder, file), "utf8").replaceAll("\r\n", "\n")
      return { name: path.basename(file, ".sql"), sql, checksum: createHash("sha256").update(sql).digest("hex") }
    })
}

function findMissing(migrations: Migration[], applied: Applied[]): Migration[] {
  for (const { name, checksum } of applied) {
    const known = migrations.find((migration) => migration.name === name)
    if (!known) {
      throw new MigrationError(
        `The database has migration ${name}, which this version does not know. Start a newer version of OAuth Flow on it.`,
      )
    }
    if (known.checksum !== checksum) {
      throw new MigrationError(
        `Migration ${name} was changed after it was applied. Restore its file, and put the change into a new migration.`,
      )
    }
  }
  return migrations.filter(({ name }) => !applied.some((done) => done.name === name))
}

async function migrateSqlite(databaseUrl: string, migrations: Migration[]): Promise<string[]> {
  const file = sqliteFile(databaseUrl)
  mkdirSync(path.dirname(file), { recursive: true })
  // Made by us before SQLite makes it: the file holds email addresses and password hashes, for its owner alone.
  closeSync(openSync(file, "a", 0o600))
  const db = await openSqlite(databaseUrl, sqliteTimeoutMs)
  try {
    // Kept in the file: readers and one writer, from any number of processes, do not block each other. For this one change
    // SQLite itself does not wait for another process that makes it at the same moment.
    await attempt("write", () => db.pragma("journal_mode = WAL"))
    // A migration that rebuilds a table drops the old one, and what refers to it would go with it. Inside a transaction
    // this pragma does nothing, so it stands before; what the migrations leave is checked at their end.
    db.pragma("foreign_keys = OFF")
    const apply = db.transaction(() => {
      db.exec(createTable)
      const applied = db.prepare<[], Applied>(`SELECT "name", "checksum" FROM "_migration"`).all()
      const missing = findMissing(migrations, applied)
      for (const { name, sql, checksum } of missing) {
        db.exec(sql)
        db.prepare(`INSERT INTO "_migration" VALUES (?, ?, ?)`).run(name, checksum, new Date().toISOString())
      }
      // It reads every row, so a start that has nothing to apply does without.
      const orphans = missing.length > 0 ? (db.pragma("foreign_key_check") as unknown[]) : []
      if (orphans.length > 0) {
        throw new MigrationError(
          `A migration would leave ${orphans.length} rows without the row they belong to. Nothing was changed.`,
        )
      }
      return missing.map(({ name }) => name)
    })
    return apply.immediate()
  } finally {
    db.close()
  }
}

/** Any number, so long as nobody else uses it on this database. */
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
