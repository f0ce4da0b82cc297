import { config } from "@/lib/config"
import { perProcess } from "@/lib/per-process"
import { connectionPragmas } from "./checkpoints"
import type { PrismaClient } from "./generated/sqlite/client"
import { closePostgresPool, postgresPool } from "./postgres-pool"
import { closeStatements } from "./statement"

/** The Prisma client. Both providers' clients come from one set of models; the app is typed by SQLite's, the smaller. */
export type Database = PrismaClient

const client = perProcess<Promise<Database>>("database")

/** The database of this process, connected at the first call. */
export function database(): Promise<Database> {
  client.value ??= connect(config().databaseUrl)
  return client.value
}

/** Ends this process's connections. */
export async function closeDatabase(): Promise<void> {
  const open = client.value
  client.value = undefined
  await (await open)?.$disconnect()
  closeStatements()
  await closePostgresPool()
}

async function connect(url: string): Promise<Database> {
  if (url.startsWith("file:")) {
    const { PrismaClient } = await import("./generated/sqlite/client")
    const { PrismaBetterSqlite3 } = await import("@prisma/adapter-better-sqlite3")
    const adapter = new PrismaBetterSqlite3({ url, timeout: 5_000 }, { timestampFormat: "unixepoch-ms" })
    const client = new PrismaClient({ adapter, errorFormat: "minimal" })
    for (const pragma of connectionPragmas()) await client.$queryRawUnsafe(`PRAGMA ${pragma}`)
    return client
  }
  const { PrismaClient } = await import("./generated/postgres/client")
  const { PrismaPg } = await import("@prisma/adapter-pg")
  return new PrismaClient({
    adapter: new PrismaPg(postgresPool(url)),
    errorFormat: "minimal",
  }) as unknown as Database
}

/** Whether a write was refused because a unique value stands already (Prisma's P2002, the same on both providers). */
export function isUniqueViolation(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "P2002"
}
