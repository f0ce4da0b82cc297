import { config } from "@/lib/config"
import { perProcess } from "@/lib/per-process"

/** What a statement takes and gives: the same on both databases. */
export type Value = string | number | boolean | Date | null
/** The values of the columns that the statement names, in its order. */
export type Row = Value[]

/** A write: a statement and its values. */
export type Write = [sql: string, values: Value[]]

/**
 * The statements of a serving process, prepared once in each connection. What people and operators do now and then goes
 * through Prisma (database.ts).
 * They are written in SQL that both databases read, with `?` for each value.
 */
export type StatementDriver = {
  find(sql: string, values: Value[]): Promise<Row | null>
  list(sql: string, values: Value[]): Promise<Row[]>
  /**
   * Commits all of the writes or none, before it returns. @returns how many rows each of them changed
   * @throws UniqueViolation, and what the driver throws when the database is out of reach
   */
  write(writes: Write[]): Promise<number[]>
  close?(): void
}

/** A write was refused because a unique value stands already. */
export class UniqueViolation extends Error {
  override name = "UniqueViolation"
}

/** By its name: Next bundles each route by itself, each with a class of its own, and the driver is shared. */
export function isUniqueViolation(error: unknown): boolean {
  return error instanceof Error && error.name === "UniqueViolation"
}

const open = perProcess<StatementDriver>("statements")

/** Connected once: each further promise on the way of every request costs (docs/performance.md). */
async function connect(): Promise<StatementDriver> {
  const settings = config()
  const connected =
    settings.databaseProvider === "sqlite"
      ? (await import("./sqlite-statements")).connectSqlite(settings)
      : (await import("./postgres-statements")).connectPostgres(settings)
  // Of two callers at once the first one's stays.
  if (open.value) connected.close?.()
  else open.value = connected
  return open.value ?? connected
}

export function closeStatements(): void {
  open.value?.close?.()
  open.value = undefined
}

/** Finds one row. */
export function findRow(sql: string, values: Value[]): Promise<Row | null> {
  const driver = open.value
  return driver ? driver.find(sql, values) : connect().then((connected) => connected.find(sql, values))
}

/** Finds all rows. */
export async function listRows(sql: string, values: Value[]): Promise<Row[]> {
  return (open.value ?? (await connect())).list(sql, values)
}

/** Commits all of the writes, or none. @returns how many rows each of them changed @throws UniqueViolation */
export function write(...writes: Write[]): Promise<number[]> {
  const driver = open.value
  return driver ? driver.write(writes) : connect().then((connected) => connected.write(writes))
}

/** Changes rows. @returns how many */
export async function changeRows(sql: string, values: Value[]): Promise<number> {
  const [changes] = await write([sql, values])
  return changes ?? 0
}
