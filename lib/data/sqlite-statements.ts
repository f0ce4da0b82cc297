import type BetterSqlite3 from "better-sqlite3"
import { sqliteConnection } from "./connections"
import type { Row, StatementDriver, Value, Write } from "./statement"
import { callAtEndOfTurn, endTurn } from "./turn"

type Waiting = { writes: Write[]; guards: number; resolve(changes: number[]): void; reject(error: unknown): void }
type Prepared = { statement: BetterSqlite3.Statement<unknown[]>; dates: number[]; booleans: number[] }

export async function connectSqlite(): Promise<StatementDriver> {
  const db = await sqliteConnection()
  const prepared = new Map<string, Prepared>()

  function prepare(sql: string): Prepared {
    const known = prepared.get(sql) ?? prepareStatement(db, sql)
    prepared.set(sql, known)
    return known
  }

  function run([sql, values]: Write): number {
    const { statement } = prepare(sql)
    const bound = values.map(toSqlite)
    return statement.reader ? statement.all(...bound).length : statement.run(...bound).changes
  }
  const runRequest = ({ writes, guards }: Waiting): number[] => {
    const changes: number[] = []
    for (const write of writes) {
      changes.push(run(write))
      if (changes.length <= guards && changes.at(-1) === 0) break
    }
    return changes
  }
  // A transaction inside another one is a savepoint.
  const runUndoable = db.transaction(runRequest)
  let queue: Waiting[] = []
  const begin = db.prepare("BEGIN")
  const commit = db.prepare("COMMIT")

  /** Runs the reads of a turn in one transaction: to start one takes as long as to read a row. */
  function shareTransaction(): void {
    if (!db.inTransaction && callAtEndOfTurn(endTransaction)) begin.run()
  }
  function endTransaction(): void {
    // Some errors have ended it.
    if (db.inTransaction) commit.run()
  }

  /** Runs the writes of one request, which has an effect or an error of its own. @returns what settles it after the commit */
  function runSeparately(request: Waiting): () => void {
    try {
      const changes = runUndoable(request)
      return () => request.resolve(changes)
    } catch (error) {
      // Some errors, such as a full disk, end the whole transaction.
      if (!db.inTransaction) throw error
      return () => request.reject(error)
    }
  }
  const runAll = db.transaction((batch: Waiting[]) => batch.map(runRequest))
  const runAllSeparately = db.transaction((batch: Waiting[]) => batch.map(runSeparately))

  /**
   * Group commit: the writes of all requests in this turn of the event loop share one transaction. Each request succeeds or
   * fails separately, and is answered after the commit (docs/decisions/019). Savepoints cost time, so there are none
   * until a write fails.
   */
  function commitQueue(): void {
    const batch = queue
    queue = []
    try {
      endTurn()
      // A single statement is atomic and costs less without a transaction around it.
      const alone = batch.length === 1 && batch[0]?.writes.length === 1
      const changes = alone ? batch.map(runRequest) : runAll.immediate(batch)
      batch.forEach(({ resolve }, i) => void resolve(changes[i] ?? []))
    } catch {
      commitSeparately(batch)
    }
  }

  /** Runs again what was undone because one of its writes failed. */
  function commitSeparately(batch: Waiting[]): void {
    try {
      for (const settle of runAllSeparately.immediate(batch)) settle()
    } catch (error) {
      for (const { reject } of batch) reject(error)
    }
  }

  return {
    find(sql, values) {
      shareTransaction()
      const found = prepare(sql)
      const row = found.statement.get(...values.map(toSqlite)) as Row | undefined
      return row ? readRow(row, found) : null
    },
    list(sql, values) {
      shareTransaction()
      const found = prepare(sql)
      return (found.statement.all(...values.map(toSqlite)) as Row[]).map((row) => readRow(row, found))
    },
    write(writes, guards = 0) {
      return new Promise((resolve, reject) => {
        queue.push({ writes, guards, resolve, reject })
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

function readRow(row: Row, { dates, booleans }: Prepared): Row {
  for (const place of dates) if (row[place] !== null) row[place] = new Date(row[place] as number)
  for (const place of booleans) row[place] = row[place] === 1
  return row
}

function toSqlite(value: Value): string | number | null {
  if (value instanceof Date) return value.getTime()
  return typeof value === "boolean" ? Number(value) : value
}
