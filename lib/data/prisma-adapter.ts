import type { SqlDriverAdapterFactory, SqlQuery } from "@prisma/driver-adapter-utils"
import { attempt } from "./attempt"
import { endTurn } from "./turn"

/** Prisma has its own connections, and the prepared statements must see what it has read or written. */
function run<Result>({ sql }: SqlQuery, query: () => Promise<Result>): Promise<Result> {
  return attempt(/^\s*SELECT\b/i.test(sql) ? "read" : "write", () => query().finally(endTurn))
}

/**
 * Gives Prisma the retries and errors of the prepared statements. Each of its statements is atomic, so it can be retried.
 * Transactions are rejected: on SQLite, statements of other requests would run inside them and be rolled back with them.
 * Use `write` (statement.ts) to commit several statements.
 * @param pragmas the SQLite settings of the connection
 */
export function guardAdapter(factory: SqlDriverAdapterFactory, pragmas: string[] = []): SqlDriverAdapterFactory {
  const { provider, adapterName } = factory
  async function connect() {
    const adapter = await attempt("read", () => factory.connect())
    for (const pragma of pragmas) await attempt("read", () => adapter.executeScript(`PRAGMA ${pragma}`))
    const [queryRaw, executeRaw] = [adapter.queryRaw.bind(adapter), adapter.executeRaw.bind(adapter)]
    return Object.assign(adapter, {
      queryRaw: (query: SqlQuery) => run(query, () => queryRaw(query)),
      executeRaw: (query: SqlQuery) => run(query, () => executeRaw(query)),
      startTransaction: () => Promise.reject(new TypeError("Use write() of lib/data/statement.ts, not a transaction.")),
    })
  }
  return { provider, adapterName, connect }
}
