import { config } from "@/lib/config"
import { perProcess } from "@/lib/per-process"
import { attempt } from "./attempt"

/** A parameter or result of a statement, with the same types on both databases. */
export type Value = string | number | boolean | Date | null
/** The values of the selected columns, in their order. */
export type Row = Value[]

/** A write: a statement and its values. */
export type Write = [sql: string, values: Value[]]

/**
 * Runs the statements that clients' requests need, prepared once in each connection. Everything else uses Prisma
 * (database.ts). The SQL works on both databases, with `?` for each value.
 */
export type StatementDriver = {
  list(sql: string, values: Value[]): Row[] | Promise<Row[]>
  /** The first row of the result; null without one. */
  find(sql: string, values: Value[]): Row | null | Promise<Row | null>
  /**
   * Commits all writes or none before it resolves.
   * @param guards how many of the first writes must each change a row, or as a SELECT find one, which cannot be deleted until
   * the commit. After one that does not, the others are left out
   * @returns the number of rows that each changed or found
   */
  write(writes: Write[], guards?: number): number[] | Promise<number[]>
}

const open = perProcess<StatementDriver>("statements")

/** Keeps the driver itself, not its promise: each promise adds to the cost of every request (docs/performance.md). */
async function connect(): Promise<StatementDriver> {
  const connected =
    config().databaseProvider === "sqlite"
      ? await (await import("./sqlite-statements")).connectSqlite()
      : (await import("./postgres-statements")).connectPostgres()
  open.value ??= connected
  return open.value
}

/** Drops the prepared statements. Call it before closing their connections. */
export function closeStatements(): void {
  open.value = undefined
}

/** Lists all rows of the result. @throws DatabaseUnavailableError */
export function listRows(sql: string, values: Value[]): Promise<Row[]> {
  return attempt("read", () => open.value?.list(sql, values) ?? connect().then((driver) => driver.list(sql, values)))
}

/** Finds the first row of the result. @throws DatabaseUnavailableError */
export function findRow(sql: string, values: Value[]): Promise<Row | null> {
  return attempt("read", () =>
    open.value ? open.value.find(sql, values) : connect().then((driver) => driver.find(sql, values)),
  )
}

const writeAll = (writes: Write[]) => open.value?.write(writes) ?? connect().then((driver) => driver.write(writes))

/**
 * Commits all writes or none.
 * @returns the number of rows that each changed
 * @throws UniqueViolation, DatabaseUnavailableError
 */
export function write(...writes: Write[]): Promise<number[]> {
  return attempt("write", () => writeAll(writes))
}

/**
 * Commits all writes, or none when the first one changes no row: the first is what only one of several concurrent callers may
 * do, and the others are its effects.
 * @returns whether they were committed
 * @throws UniqueViolation, DatabaseUnavailableError
 */
export function writeIfFirst(first: Write, ...others: Write[]): Promise<boolean> {
  return writeIf([first], ...others)
}

/**
 * Commits all writes, or none when one of the guards changes no row. All guards but the last are a SELECT of a row that the
 * writes depend on: it is not deleted before the commit. Requests that SELECT the same row do not wait for each other.
 * @returns whether they were committed
 * @throws UniqueViolation, DatabaseUnavailableError
 */
export function writeIf(guards: Write[], ...others: Write[]): Promise<boolean> {
  const writes = [...guards, ...others]
  const count = guards.length
  return attempt(
    "write",
    () => open.value?.write(writes, count) ?? connect().then((driver) => driver.write(writes, count)),
    (changes) => changes.slice(0, count).every((changed) => changed > 0),
  )
}

const firstCount = (changes: number[]) => changes[0] ?? 0

/** Runs one write. @returns the number of rows that it changed */
export function changeRows(sql: string, values: Value[]): Promise<number> {
  return attempt("write", () => writeAll([[sql, values]]), firstCount)
}
