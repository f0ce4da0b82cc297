import type { SqlDriverAdapter, SqlDriverAdapterFactory, SqlQueryable, Transaction } from "@prisma/driver-adapter-utils"
import { attempt } from "./attempt"
import { toDatabaseError } from "./errors"

// Prisma passes on what its adapter throws, so the errors of the data layer are made here.

type Queries = Pick<SqlQueryable, "queryRaw" | "executeRaw">

const kindOf = (sql: string) => (/^\s*SELECT\b/i.test(sql) ? "read" : "write")

type Run = <Result>(sql: string, query: () => Promise<Result>) => Promise<Result>

/** A statement by itself is atomic, so it can be tried again. */
const alone: Run = (sql, query) => attempt(kindOf(sql), query)

/** Inside a transaction only the whole can be tried again (`inTransaction` in database.ts). */
const inside: Run = async (_sql, query) => {
  try {
    return await query()
  } catch (error) {
    throw toDatabaseError(error)
  }
}

function guardQueries(queries: Queries, run: Run): Queries {
  return {
    queryRaw: (query) => run(query.sql, () => queries.queryRaw(query)),
    executeRaw: (query) => run(query.sql, () => queries.executeRaw(query)),
  }
}

/** Prisma on SQLite: it waits for a locked file without blocking the thread. */
export function guardSqlite(factory: SqlDriverAdapterFactory, pragmas: string[]): SqlDriverAdapterFactory {
  return {
    provider: factory.provider,
    adapterName: factory.adapterName,
    async connect() {
      const adapter = await attempt("read", () => factory.connect())
      for (const pragma of pragmas) await attempt("read", () => adapter.executeScript(`PRAGMA ${pragma}`))
      return serializeTransactions(adapter)
    },
  }
}

const statement = (sql: string) => ({ sql, args: [], argTypes: [] })

/**
 * Prisma has one connection here. Its adapter would run what other requests ask for inside the transaction that is open
 * on it, and roll that back with it; and it begins one as a reader, which may find later that it cannot write.
 */
function serializeTransactions(adapter: SqlDriverAdapter): SqlDriverAdapter {
  /** Resolves when the transaction that is open has ended. */
  let open: Promise<void> | undefined

  async function begin(): Promise<Transaction> {
    while (open) await open
    let resolve = () => {}
    open = new Promise((resolveOpen) => {
      resolve = resolveOpen
    })
    const end = () => {
      open = undefined
      resolve()
    }
    try {
      await adapter.executeRaw(statement("BEGIN IMMEDIATE"))
    } catch (error) {
      end()
      throw error
    }
    return {
      provider: adapter.provider,
      adapterName: adapter.adapterName,
      // Prisma sends COMMIT and ROLLBACK itself.
      options: { usePhantomQuery: false },
      ...guardQueries(adapter, inside),
      commit: async () => end(),
      async rollback() {
        // After a COMMIT that failed, Prisma sends no ROLLBACK. After one that it sent, this fails and changes nothing.
        await adapter.executeRaw(statement("ROLLBACK")).catch(() => undefined)
        end()
      },
    }
  }

  const outside: Run = (sql, query) =>
    alone(sql, async () => {
      while (open) await open
      return query()
    })
  return {
    provider: adapter.provider,
    adapterName: adapter.adapterName,
    ...guardQueries(adapter, outside),
    executeScript: (script) => adapter.executeScript(script),
    startTransaction: () => attempt("write", begin),
    dispose: () => adapter.dispose(),
  }
}

/** Prisma on Postgres. */
export function guardPostgres(factory: SqlDriverAdapterFactory): SqlDriverAdapterFactory {
  return {
    provider: factory.provider,
    adapterName: factory.adapterName,
    async connect() {
      const adapter = await factory.connect()
      return {
        provider: adapter.provider,
        adapterName: adapter.adapterName,
        ...guardQueries(adapter, alone),
        executeScript: (script) => adapter.executeScript(script),
        getConnectionInfo: () => adapter.getConnectionInfo?.() ?? { supportsRelationJoins: true },
        startTransaction: async (isolationLevel) => {
          const transaction = await attempt("read", () => adapter.startTransaction(isolationLevel))
          const own = {
            queryRaw: transaction.queryRaw.bind(transaction),
            executeRaw: transaction.executeRaw.bind(transaction),
          }
          return Object.assign(transaction, guardQueries(own, inside))
        },
        dispose: () => adapter.dispose(),
      }
    },
  }
}
