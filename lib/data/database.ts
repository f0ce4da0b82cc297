import { config } from "@/lib/config"
import { once, perProcess } from "@/lib/per-process"
import { maxConflicts } from "./attempt"
import { closeConnections, prismaAdapter } from "./connections"
import { codeOf, DatabaseUnavailableError, isConflict } from "./errors"
import type { Prisma, PrismaClient } from "./generated/sqlite/client"
import { closeStatements } from "./statement"

/** The Prisma client. Both providers' clients come from one set of models; the app is typed by SQLite's, the smaller. */
export type Database = PrismaClient

const client = perProcess<Promise<Database>>("database")

/** Milliseconds. Long enough that a locked SQLite file is reported as such, and short enough to answer within ten seconds. */
const transactionOptions = { maxWait: 8_000, timeout: 8_000 }

/** Prisma's code for a transaction that could not begin or end in time. */
const transactionTimeout = "P2028"

/** The database of this process, connected at the first call. @throws DatabaseUnavailableError */
export function database(): Promise<Database> {
  return once(client, connect)
}

async function connect(): Promise<Database> {
  const adapter = await prismaAdapter()
  const { PrismaClient } =
    config().databaseProvider === "sqlite"
      ? await import("./generated/sqlite/client")
      : ((await import("./generated/postgres/client")) as unknown as typeof import("./generated/sqlite/client"))
  return new PrismaClient({ adapter, errorFormat: "minimal", transactionOptions })
}

/**
 * Commits everything that `work` does with the client it is given, or nothing. After a conflict with another transaction
 * all of it runs again, so it must have no other effects.
 */
export async function inTransaction<Result>(
  work: (transaction: Prisma.TransactionClient) => Promise<Result>,
): Promise<Result> {
  const db = await database()
  for (let attempts = 1; ; attempts++) {
    try {
      return await db.$transaction(work)
    } catch (error) {
      if (isConflict(error) && attempts <= maxConflicts) continue
      throw codeOf(error) === transactionTimeout ? new DatabaseUnavailableError(error) : error
    }
  }
}

/** Ends this process's connections. */
export async function closeDatabase(): Promise<void> {
  const open = client.value
  client.value = undefined
  closeStatements()
  await (await open?.catch(() => undefined))?.$disconnect()
  await closeConnections()
}
