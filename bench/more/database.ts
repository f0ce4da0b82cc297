import { closeSync, fsyncSync, openSync } from "node:fs"
import BetterSqlite3 from "better-sqlite3"
import pg from "pg"
import { columnNames } from "@/lib/data/columns"

type Model = "User" | "Client" | "Session" | "AuthCode"
/** Times in milliseconds since the epoch, booleans as 0 or 1. */
type Row = Record<string, string | number | null>

/** A connection of the bench to a database with its tables. */
export type BenchDatabase = {
  /** Inserts rows in one commit. */
  insert(model: Model, rows: Row[]): Promise<void>
  /** Runs a statement with `?` for each value. */
  change(sql: string, values: (string | number | null)[]): Promise<void>
  /** After many rows. @returns the size in bytes */
  settle(): Promise<number>
  close(): Promise<void>
}

/** @param url a `file:` or `postgres:` URL */
export function openBenchDatabase(url: string): Promise<BenchDatabase> {
  return url.startsWith("file:") ? openSqlite(url.slice("file:".length)) : openPostgres(url)
}

/** A column that no row has gets its default. All rows have the same columns. */
const columnsOf = (model: Model, rows: Row[]) => columnNames(model).filter((column) => rows[0]?.[column] !== undefined)

async function openSqlite(file: string): Promise<BenchDatabase> {
  const db = new BetterSqlite3(file, { timeout: 30_000 })
  // An incomplete file is thrown away, and the rows are consistent, so neither syncs nor checks are needed.
  for (const pragma of ["synchronous = OFF", "foreign_keys = OFF", "cache_size = -1000000"]) db.pragma(pragma)
  const insertAll = db.transaction((model: Model, rows: Row[]) => {
    const columns = columnsOf(model, rows)
    const names = columns.map((column) => `"${column}"`).join(", ")
    const statement = db.prepare(`INSERT INTO "${model}" (${names}) VALUES (${columns.map(() => "?").join(", ")})`)
    for (const row of rows) statement.run(...columns.map((column) => row[column] ?? null))
  })
  return {
    insert: async (model, rows) => insertAll(model, rows),
    change: async (sql, values) => void db.prepare(sql).run(...values),
    async settle() {
      db.pragma("wal_checkpoint(TRUNCATE)")
      // Otherwise the system writes gigabytes back while the server is measured, and the server's own syncs wait for that.
      const written = openSync(file, "r+")
      fsyncSync(written)
      closeSync(written)
      return Number(db.pragma("page_count", { simple: true })) * Number(db.pragma("page_size", { simple: true }))
    },
    close: async () => void db.close(),
  }
}

async function openPostgres(connectionString: string): Promise<BenchDatabase> {
  const db = new pg.Client({ connectionString })
  await db.connect()
  const types = new Map<string, string>()
  const { rows } = await db.query<{ column: string; type: string }>(
    `SELECT table_name || '.' || column_name AS "column", udt_name AS "type"
       FROM information_schema.columns WHERE table_schema = 'public'`,
  )
  for (const { column, type } of rows) types.set(column, type)
  const toValue = (value: string | number | null, type: string | undefined) => {
    if (value === null) return null
    if (type === "timestamp") return new Date(value).toISOString()
    return type === "bool" ? value === 1 : value
  }
  return {
    async insert(model, rows) {
      const columns = columnsOf(model, rows)
      const typeOf = (column: string) => types.get(`${model}.${column}`)
      const arrays = columns.map((column, i) => `$${i + 1}::${typeOf(column)}[]`).join(", ")
      const values = columns.map((column) => rows.map((row) => toValue(row[column] ?? null, typeOf(column))))
      const names = columns.map((column) => `"${column}"`).join(", ")
      await db.query(`INSERT INTO "${model}" (${names}) SELECT * FROM unnest(${arrays})`, values)
    },
    async change(sql, values) {
      let i = 0
      await db.query(
        sql.replaceAll("?", () => `$${++i}`),
        values,
      )
    },
    async settle() {
      await db.query("VACUUM ANALYZE")
      const size = await db.query<{ size: string }>("SELECT pg_database_size(current_database()) AS size")
      return Number(size.rows[0]?.size)
    },
    close: () => db.end(),
  }
}
