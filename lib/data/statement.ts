import { config } from "@/lib/config"
import { perProcess } from "@/lib/per-process"
import { attempt } from "./attempt"

/** What a statement takes and gives: the same on both databases. */
export type Value = string | number | boolean | Date | null
/** The values of the columns that the statement names, in its order. */
export type Row = Value[]

/** A write: a statement and its values. */
export type Write = [sql: string, values: Value[]]

/**
 * The statements that clients' requests need, prepared once in each connection. Everything else goes through Prisma
 * (database.ts). They are written in SQL that both databases read, with `?` for each value.
 */
export type StatementDriver = {
  list(sql: string, values: Value[]): Row[] | Promise<Row[]>
  /** Commits all of the writes or none, before it returns. @returns how many rows each of them changed */
  write(writes: Write[]): number[] | Promise<number[]>
}

const open = perProcess<StatementDriver>("statements")

/** Connected once: each further promise in every request costs (docs/performance.md). */
async function connect(): Promise<StatementDriver> {
  const connected =
    config().databaseProvider === "sqlite"
      ? await (await import("./sqlite-statements")).connectSqlite()
      : (await import("./postgres-statements")).connectPostgres()
  open.value ??= connected
  return open.value
}

/** Forgets the prepared statements, before their connections are closed. */
export function closeStatements(): void {
  open.value = undefined
}

const list = (sql: string, values: Value[]) =>
  open.value?.list(sql, values) ?? connect().then((driver) => driver.list(sql, values))

/** Finds all rows. @throws DatabaseUnavailableError */
export function listRows(sql: string, values: Value[]): Promise<Row[]> {
  return attempt("read", () => list(sql, values))
}

const firstRow = (rows: Row[]) => rows[0] ?? null

/** Finds one row. @throws DatabaseUnavailableError */
export function findRow(sql: string, values: Value[]): Promise<Row | null> {
  return attempt("read", () => list(sql, values), firstRow)
}

const writeAll = (writes: Write[]) => open.value?.write(writes) ?? connect().then((driver) => driver.write(writes))

/**
 * Commits all of the writes, or none.
 * @returns how many rows each of them changed
 * @throws UniqueViolation, DatabaseUnavailableError
 */
export function write(...writes: Write[]): Promise<number[]> {
  return attempt("write", () => writeAll(writes))
}

const firstCount = (changes: number[]) => changes[0] ?? 0

/** Changes rows. @returns how many */
export function changeRows(sql: string, values: Value[]): Promise<number> {
  return attempt("write", () => writeAll([[sql, values]]), firstCount)
}
