import pg from "pg"
import { config } from "@/lib/config"

/** For all processes with endpoints together. Postgres allows a hundred connections unless told otherwise. */
const connectionsPerServer = 16

const holder = globalThis as typeof globalThis & { oauthFlowPool?: pg.Pool }

/** The connections of this process to Postgres, for Prisma and for the prepared statements. */
export function postgresPool(connectionString: string): pg.Pool {
  holder.oauthFlowPool ??= makePool(connectionString)
  return holder.oauthFlowPool
}

function makePool(connectionString: string): pg.Pool {
  const max = Math.max(3, Math.ceil(connectionsPerServer / config().PROCESSES))
  const pool = new pg.Pool({ connectionString, connectionTimeoutMillis: 5_000, max })
  // An idle connection that the database ends is not an error: the pool opens the next one.
  pool.on("error", () => undefined)
  return pool
}

export async function closePostgresPool(): Promise<void> {
  const open = holder.oauthFlowPool
  holder.oauthFlowPool = undefined
  await open?.end()
}
