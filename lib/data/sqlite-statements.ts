import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises"
import Database from "better-sqlite3"
import type { Config } from "@/lib/config"
import { connectionPragmas } from "./checkpoints"
import { type Row, type StatementDriver, UniqueViolation, type Value, type Write } from "./statement"

type Prepared = { statement: Database.Statement<unknown[]>; dates: number[]; booleans: number[] }
type Waiting = { writes: Write[]; resolve(changes: number[]): void; reject(error: unknown): void }

/** How long a write waits, in milliseconds, while another process writes. */
const busyTimeoutMs = 5_000

const isBusy = (error: unknown) => String((error as { code?: string }).code).startsWith("SQLITE_BUSY")

export function connectSqlite({ databaseUrl }: Config): StatementDriver {
  const db = new Database(databaseUrl.slice("file:".length), { timeout: busyTimeoutMs })
  for (const pragma of connectionPragmas()) db.pragma(pragma)
  // A connection that waits, waits with its whole thread; ours looks again later instead (whenFree).
  db.pragma("busy_timeout = 0")
  const begin = db.prepare("BEGIN IMMEDIATE")
  const commit = db.prepare("COMMIT")
  const prepared = new Map<string, Prepared>()
  let queue: Waiting[] = []

  function prepare(sql: string): Prepared {
    const known = prepared.get(sql) ?? prepareStatement(db, sql)
    prepared.set(sql, known)
    return known
  }

  function run([sql, values]: Write): number {
    return prepare(sql).statement.run(...values.map(toSqlite)).changes
  }

  const together = db.transaction((writes: Write[]) => writes.map(run))

  /**
   * Group commit: the writes of all requests that this turn of the event loop has served share one transaction, each of
   * them succeeding or failing by itself, and nobody is answered before it is committed.
   */
  async function commitQueue(): Promise<void> {
    const batch = queue
    queue = []
    try {
      const outcomes = await whenFree(() => commitBatch(batch))
      for (const tell of outcomes) tell()
    } catch (error) {
      for (const { reject } of batch) reject(asUniqueViolation(error))
    }
  }

  function commitBatch(batch: Waiting[]): (() => void)[] {
    const [first] = batch
    if (first && batch.length === 1) {
      const changes = first.writes.length === 1 ? first.writes.map(run) : together.immediate(first.writes)
      return [() => first.resolve(changes)]
    }
    begin.run()
    try {
      const outcomes = batch.map(runOne)
      commit.run()
      return outcomes
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

  return {
    find(sql, values) {
      const bound = values.map(toSqlite)
      return whenFree(() => {
        const prepared = prepare(sql)
        const row = prepared.statement.get(...bound) as Row | undefined
        return row === undefined ? null : read(row, prepared)
      })
    },
    list(sql, values) {
      const bound = values.map(toSqlite)
      return whenFree(() => {
        const prepared = prepare(sql)
        return (prepared.statement.all(...bound) as Row[]).map((row) => read(row, prepared))
      })
    },
    write(writes) {
      return new Promise((resolve, reject) => {
        queue.push({ writes, resolve, reject })
        if (queue.length === 1) setImmediate(() => void commitQueue())
      })
    },
    close() {
      db.close()
    },
  }
}

/**
 * Another process may be writing now, for some microseconds as a rule; or, after one has crashed, another is reading its
 * log through, and then not even a read can be had.
 */
async function whenFree<Result>(attempt: () => Result): Promise<Result> {
  const giveUpAt = Date.now() + busyTimeoutMs
  for (let attempts = 1; ; attempts++) {
    try {
      return attempt()
    } catch (error) {
      if (!isBusy(error) || Date.now() > giveUpAt) throw error
      await (attempts < 20 ? nextTurn() : sleep(1))
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
