import type BetterSqlite3 from "better-sqlite3"
import { sqliteConnection } from "./connections"
import type { Row, StatementDriver, Value, Write } from "./statement"

type Waiting = { writes: Write[]; guarded: boolean; resolve(changes: number[]): void; reject(error: unknown): void }
type Prepared = { statement: BetterSqlite3.Statement<unknown[]>; dates: number[]; booleans: number[] }

export async function connectSqlite(): Promise<StatementDriver> {
  const db = await sqliteConnection()
  const prepared = new Map<string, Prepared>()

  function prepare(sql: string): Prepared {
    const known = prepared.get(sql) ?? prepareStatement(db, sql)
    prepared.set(sql, known)
    return known
  }

  const run = ([sql, values]: Write) => prepare(sql).statement.run(...values.map(toSqlite)).changes
  const runTogether = db.transaction((writes: Write[], guarded: boolean) => {
    const [first, ...others] = writes
    const changed = first ? run(first) : 0
    return guarded && changed === 0 ? [0] : [changed, ...others.map(run)]
  })
  let queue: Waiting[] = []

  /** Runs the writes of one request inside the shared transaction. @returns what settles that request after the commit */
  function runOne({ writes, guarded, resolve, reject }: Waiting): () => void {
    try {
      const changes = writes.length === 1 ? writes.map(run) : runTogether(writes, guarded)
      return () => resolve(changes)
    } catch (error) {
      // Some errors, such as a full disk, end the whole transaction.
      if (!db.inTransaction) throw error
      return () => reject(error)
    }
  }
  const runAll = db.transaction((batch: Waiting[]) => batch.map(runOne))

  /**
   * Group commit: the writes of all requests in this turn of the event loop share one transaction. Each request succeeds or
   * fails separately, and is answered after the commit (docs/decisions/019).
   */
  function commitQueue(): void {
    const batch = queue
    queue = []
    try {
      // A single statement is atomic and costs less without a transaction around it.
      const alone = batch.length === 1 && batch[0]?.writes.length === 1
      for (const settle of alone ? batch.map(runOne) : runAll.immediate(batch)) settle()
    } catch (error) {
      for (const { reject } of batch) reject(error)
    }
  }

  return {
    list(sql, values) {
      const { statement, dates, booleans } = prepare(sql)
      const rows = statement.all(...values.map(toSqlite)) as Row[]
      for (const row of rows) {
        for (const place of dates) if (row[place] !== null) row[place] = new Date(row[place] as number)
        for (const place of booleans) row[place] = row[place] === 1
      }
      return rows
    },
    write(writes, guarded = false) {
      return new Promise((resolve, reject) => {
        queue.push({ writes, guarded, resolve, reject })
        if (queue.length === 1) setImmediate(commitQueue)
      })
    },
  }
}

/** SQLite stores dates as milliseconds and booleans as 0 or 1. The declared column types show how to read a number. */
function prepareStatement(db: BetterSqlite3.Database, sql: string): Prepared {
  const statement = db.prepare<unknown[]>(sql)
  const types = statement.reader ? statement.columns().map(({ type }) => type) : []
  if (statement.reader) statement.raw()
  const placesOf = (wanted: string) => types.flatMap((type, place) => (type === wanted ? [place] : []))
  return { statement, dates: placesOf("DATETIME"), booleans: placesOf("BOOLEAN") }
}

function toSqlite(value: Value): string | number | null {
  if (value instanceof Date) return value.getTime()
  return typeof value === "boolean" ? Number(value) : value
}
