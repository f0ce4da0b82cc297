import { config } from "@/lib/config"

/** What a statement takes and gives: the same on both databases. */
export type Value = string | number | boolean | Date | null
export type Row = Record<string, Value>

/** A write: a statement and its values. */
export type Write = [sql: string, values: Value[]]

/**
 * The statements of the hot paths, prepared once in each connection; everything else goes through Prisma (database.ts).
 * They are written in SQL that both databases read, with `?` for each value.
 */
export type StatementDriver = {
  find(sql: string, values: Value[]): Promise<Row | null>
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

const holder = globalThis as typeof globalThis & { oauthFlowStatements?: Promise<StatementDriver> }

function driver(): Promise<StatementDriver> {
  holder.oauthFlowStatements ??= connect()
  return holder.oauthFlowStatements
}

async function connect(): Promise<StatementDriver> {
  const settings = config()
  return settings.databaseProvider === "sqlite"
    ? (await import("./sqlite-statements")).connectSqlite(settings)
    : (await import("./postgres-statements")).connectPostgres(settings)
}

export async function closeStatements(): Promise<void> {
  const open = holder.oauthFlowStatements
  holder.oauthFlowStatements = undefined
  ;(await open)?.close?.()
}

/** Finds one row. `Found` is the type of the columns that the statement names. */
export async function findRow<Found>(sql: string, values: Value[]): Promise<Found | null> {
  return (await (await driver()).find(sql, values)) as Found | null
}

/** Changes rows. @returns how many */
export async function changeRows(sql: string, values: Value[]): Promise<number> {
  const [changes] = await (await driver()).write([[sql, values]])
  return changes ?? 0
}

/** Commits all of the writes, or none. @throws UniqueViolation */
export async function writeTogether(...writes: Write[]): Promise<void> {
  await (await driver()).write(writes)
}
