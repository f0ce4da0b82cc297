import type { SqlDriverAdapterFactory, SqlQuery } from "@prisma/driver-adapter-utils"
import { attempt } from "./attempt"

const kindOf = ({ sql }: SqlQuery) => (/^\s*SELECT\b/i.test(sql) ? "read" : "write")

/**
 * Gives Prisma the retries and errors of the prepared statements: it passes on what its adapter throws. Each of its
 * statements is atomic by itself, so it can be tried again. A transaction is refused. On SQLite, Prisma would run in it
 * what other requests ask for, and roll that back with it; `write` (statement.ts) commits several statements.
 * @param pragmas the SQLite settings of the connection
 */
export function guardAdapter(factory: SqlDriverAdapterFactory, pragmas: string[] = []): SqlDriverAdapterFactory {
  const { provider, adapterName } = factory
  async function connect() {
    const adapter = await attempt("read", () => factory.connect())
    for (const pragma of pragmas) await attempt("read", () => adapter.executeScript(`PRAGMA ${pragma}`))
    const [queryRaw, executeRaw] = [adapter.queryRaw.bind(adapter), adapter.executeRaw.bind(adapter)]
    return Object.assign(adapter, {
      queryRaw: (query: SqlQuery) => attempt(kindOf(query), () => queryRaw(query)),
      executeRaw: (query: SqlQuery) => attempt(kindOf(query), () => executeRaw(query)),
      startTransaction: () => Promise.reject(new TypeError("Use write() of lib/data/statement.ts, not a transaction.")),
    })
  }
  return { provider, adapterName, connect }
}
