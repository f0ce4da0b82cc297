import { setImmediate, setTimeout } from "node:timers/promises"
import Database from "better-sqlite3"
import type { Config } from "@/lib/config"
import { type Row, type StatementDriver, UniqueViolation, type Value, type Write } from "./statement"

type Prepared = { statement: Database.Statement<unknown[]>; dates: number[]; booleans: number[] }
type Waiting = { writes: Write[]; resolve(changes: number[]): void; reject(error: unknown): void }

/** How long a write waits, in milliseconds, while another process writes. */
const busyTimeoutMs = 5_000

export function connectSqlite({ databaseUrl, SQLITE_SYNCHRONOUS }: Config): StatementDriver {
  // A connection that waits, waits with its whole thread; ours looks again later instead (beginWhenFree).
  const db = new Database(databaseUrl.slice("file:".length), { timeout: 0 })
  db.pragma("foreign_keys = ON")
  db.pragma(`synchronous = ${SQLITE_SYNCHRONOUS}`)
  const prepared = new Map<string, Prepared>()
  const prepare = (sql: string) => {
    const known = prepared.get(sql) ?? prepareStatement(db, sql)
    prepared.set(sql, known)
    return known
  }
  let queue: Waiting[] = []
  let writing = false

  function run([sql, values]: Write): number {
    return prepare(sql).statement.run(...values.map(toSqlite)).changes
  }

  /**
   * Group commit: the writes of all requests that this turn of the event loop has served share one transaction, each of
   * them succeeding or failing by itself, and nobody is answered before it is committed.
   */
  async function commitQueue(): Promise<void> {
    await setImmediate()
    while (queue.length > 0) {
      const batch = queue
      queue = []
      try {
        const settle = await commit(batch)
        for (const each of settle) each()
      } catch (error) {
        for (const { reject } of batch) reject(error)
      }
    }
    writing = false
  }

  async function commit(batch: Waiting[]): Promise<(() => void)[]> {
    await beginWhenFree(db)
    try {
      const settle = batch.map((waiting) => runOne(waiting))
      db.exec("COMMIT")
      return settle
    } catch (error) {
      if (db.inTransaction) db.exec("ROLLBACK")
      throw error
    }
  }

  /** Runs the writes of one request inside the shared transaction. @returns what tells that request, after the commit */
  function runOne({ writes, resolve, reject }: Waiting): () => void {
    try {
      const changes = writes.length === 1 ? writes.map(run) : together(writes)
      return () => resolve(changes)
    } catch (error) {
      // A full disk, for one, ends the whole transaction.
      if (!db.inTransaction) throw error
      return () => reject(asUniqueViolation(error))
    }
  }

  const together = db.transaction((writes: Write[]) => writes.map(run))

  return {
    async find(sql, values) {
      const prepared = prepare(sql)
      const row = prepared.statement.get(...values.map(toSqlite)) as Row | undefined
      return row === undefined ? null : read(row, prepared)
    },
    write(writes) {
      return new Promise((resolve, reject) => {
        queue.push({ writes, resolve, reject })
        if (writing) return
        writing = true
        void commitQueue()
      })
    },
    close() {
      db.close()
    },
  }
}

/** Another process may be writing now, for some microseconds as a rule. */
async function beginWhenFree(db: Database.Database): Promise<void> {
  const giveUpAt = Date.now() + busyTimeoutMs
  for (let attempt = 0; ; attempt++) {
    try {
      db.exec("BEGIN IMMEDIATE")
      return
    } catch (error) {
      if ((error as { code?: string }).code !== "SQLITE_BUSY" || Date.now() > giveUpAt) throw error
      await (attempt < 20 ? setImmediate() : setTimeout(1))
    }
  }
}

/** SQLite keeps a date as milliseconds and a boolean as 0 or 1; the columns' declared types say which numbers are which. */
function prepareStatement(db: Database.Database, sql: string): Prepared {
  const statement = db.prepare<unknown[]>(sql)
  const types = statement.reader ? statement.columns().map(({ type }) => type) : []
  if (statement.reader) statement.raw()
  const placesOf = (wanted: string) => types.flatMap((type, place) => (type === wanted ? [place] : []))
  return { statement, dates: placesOf("DATETIME"), booleans: placesOf("BOOLEAN") }
}

function read(row: Row, { dates, booleans }: Prepared): Row {
  for (const place of dates) if (row[place] !== null) row[place] = new Date(row[place] as number)
  for (const place of booleans) row[place] = row[place] === 1
  return row
}

function toSqlite(value: Value): string | number | null {
  if (value instanceof Date) return value.getTime()
  return typeof value === "boolean" ? Number(value) : value
}

function asUniqueViolation(error: unknown): unknown {
  const { code } = error as { code?: string }
  return code === "SQLITE_CONSTRAINT_UNIQUE" || code === "SQLITE_CONSTRAINT_PRIMARYKEY" ? new UniqueViolation() : error
}
