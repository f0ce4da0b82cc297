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
  const [queryRaw, executeRaw] = [queries.queryRaw.bind(queries), queries.executeRaw.bind(queries)]
  return {
    queryRaw: (query) => run(query.sql, () => queryRaw(query)),
    executeRaw: (query) => run(query.sql, () => executeRaw(query)),
  }
}

function onConnect(
  factory: SqlDriverAdapterFactory,
  change: (adapter: SqlDriverAdapter) => SqlDriverAdapter | Promise<SqlDriverAdapter>,
): SqlDriverAdapterFactory {
  const { provider, adapterName } = factory
  return { provider, adapterName, connect: async () => change(await attempt("read", () => factory.connect())) }
}

/** Prisma on SQLite: it waits for a locked file without blocking the thread. */
export function guardSqlite(factory: SqlDriverAdapterFactory, pragmas: string[]): SqlDriverAdapterFactory {
  return onConnect(factory, async (adapter) => {
    for (const pragma of pragmas) await attempt("read", () => adapter.executeScript(`PRAGMA ${pragma}`))
    return serializeTransactions(adapter)
  })
}

/**
 * Prisma has one connection here. Its adapter would run what other requests ask for inside the transaction that is open
 * on it, and roll that back with it; and it begins one as a reader, which may find later that it cannot write.
 */
function serializeTransactions(adapter: SqlDriverAdapter): SqlDriverAdapter {
  const { provider, adapterName } = adapter
  const own = guardQueries(adapter, inside)
  const execute = (sql: string) => own.executeRaw({ sql, args: [], argTypes: [] })
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
      await execute("BEGIN IMMEDIATE")
    } catch (error) {
      end()
      throw error
    }
    const rollback = async () => {
      // After a COMMIT that failed, Prisma sends no ROLLBACK. After one that it sent, this fails and changes nothing.
      await execute("ROLLBACK").catch(() => undefined)
      end()
    }
    // Prisma sends COMMIT and ROLLBACK itself.
    return { provider, adapterName, ...own, options: { usePhantomQuery: false }, commit: async () => end(), rollback }
  }

  const outside: Run = (sql, query) =>
    alone(sql, async () => {
      while (open) await open
      return query()
    })
  return Object.assign(adapter, guardQueries(adapter, outside), { startTransaction: () => attempt("write", begin) })
}

/** Prisma on Postgres. */
export function guardPostgres(factory: SqlDriverAdapterFactory): SqlDriverAdapterFactory {
  return onConnect(factory, (adapter) => {
    const begin = adapter.startTransaction.bind(adapter)
    return Object.assign(adapter, guardQueries(adapter, alone), {
      async startTransaction(...args: Parameters<typeof begin>) {
        const transaction = await attempt("read", () => begin(...args))
        return Object.assign(transaction, guardQueries(transaction, inside))
      },
    })
  })
}
