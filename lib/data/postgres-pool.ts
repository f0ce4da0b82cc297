import pg from "pg"
import { config } from "@/lib/config"
import { perProcess } from "@/lib/per-process"

/** For all processes with endpoints together. Postgres allows a hundred connections unless told otherwise. */
const connectionsPerServer = 16

const pool = perProcess<pg.Pool>("postgres pool")

/** The connections of this process to Postgres, for Prisma and for the prepared statements. */
export function postgresPool(connectionString: string): pg.Pool {
  pool.value ??= makePool(connectionString)
  return pool.value
}

function makePool(connectionString: string): pg.Pool {
  const max = Math.max(3, Math.ceil(connectionsPerServer / config().PROCESSES))
  const pool = new pg.Pool({ connectionString, connectionTimeoutMillis: 5_000, max })
  // An idle connection that the database ends is not an error: the pool opens the next one.
  pool.on("error", () => undefined)
  return pool
}

export async function closePostgresPool(): Promise<void> {
  const open = pool.value
  pool.value = undefined
  await open?.end()
}
