import { config } from "@/lib/config"
import { createOnce, perProcess } from "@/lib/per-process"
import { closeConnections, prismaAdapter } from "./connections"
import type { PrismaClient } from "./generated/sqlite/client"
import { closeStatements } from "./statement"

/** The Prisma client. Both providers' clients come from the same models; SQLite's types are used because they are a subset. */
export type Database = PrismaClient

const client = perProcess<Promise<Database>>("database")

/** The Prisma client of this process, connected at the first call. @throws DatabaseUnavailableError */
export function database(): Promise<Database> {
  return createOnce(client, connect)
}

async function connect(): Promise<Database> {
  const adapter = await prismaAdapter()
  const { PrismaClient } =
    config().databaseProvider === "sqlite"
      ? await import("./generated/sqlite/client")
      : ((await import("./generated/postgres/client")) as unknown as typeof import("./generated/sqlite/client"))
  return new PrismaClient({ adapter, errorFormat: "minimal" })
}

/** Closes this process's connections. */
export async function closeDatabase(): Promise<void> {
  const open = client.value
  client.value = undefined
  closeStatements()
  await (await open?.catch(() => undefined))?.$disconnect()
  await closeConnections()
}
