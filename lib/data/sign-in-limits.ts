import {
  RateLimiterPostgres,
  type RateLimiterRes,
  RateLimiterSQLite,
  type RateLimiterStoreAbstract,
} from "rate-limiter-flexible"
import { config } from "@/lib/config"
import { perProcess } from "@/lib/per-process"
import { connectionPragmas } from "./checkpoints"

export type SignInLimitKind = "account" | "address"

type Limiters = Record<SignInLimitKind, RateLimiterStoreAbstract>

const open = perProcess<Promise<Limiters>>("sign-in limiters")

async function limiters(): Promise<Limiters> {
  open.value ??= connect()
  return open.value
}

/** The library brings its own statements, so it has a connection of its own beside Prisma's. The table is ours. */
async function connect(): Promise<Limiters> {
  const {
    databaseUrl,
    databaseProvider,
    SIGN_IN_ATTEMPTS_PER_ACCOUNT,
    SIGN_IN_ATTEMPTS_PER_ADDRESS,
    SIGN_IN_WINDOW_SECONDS,
  } = config()
  const options = {
    tableName: "sign_in_limit",
    tableCreated: true,
    clearExpiredByTimeout: false,
    duration: SIGN_IN_WINDOW_SECONDS,
  }
  const account = { ...options, keyPrefix: "account", points: SIGN_IN_ATTEMPTS_PER_ACCOUNT }
  const address = { ...options, keyPrefix: "address", points: SIGN_IN_ATTEMPTS_PER_ADDRESS }
  if (databaseProvider === "sqlite") {
    const { default: Database } = await import("better-sqlite3")
    const storeClient = new Database(databaseUrl.slice("file:".length), { timeout: 5_000 })
    for (const pragma of connectionPragmas()) storeClient.pragma(pragma)
    const store = { storeClient, storeType: "better-sqlite3" }
    return {
      account: new RateLimiterSQLite({ ...account, ...store }),
      address: new RateLimiterSQLite({ ...address, ...store }),
    }
  }
  const { default: pg } = await import("pg")
  const storeClient = new pg.Pool({
    connectionString: databaseUrl,
    connectionTimeoutMillis: 5_000,
    max: 2,
    allowExitOnIdle: true,
  })
  // An idle connection that the database ends is not an error: the pool opens the next one.
  storeClient.on("error", () => undefined)
  return {
    account: new RateLimiterPostgres({ ...account, storeClient }),
    address: new RateLimiterPostgres({ ...address, storeClient }),
  }
}

/**
 * Counts one attempt.
 * @returns how many attempts the window has seen, and the seconds to wait when that is over the limit (0 when it is not)
 */
export async function countSignInAttempt(
  kind: SignInLimitKind,
  key: string,
): Promise<{ attempts: number; waitSeconds: number }> {
  const limiter = (await limiters())[kind]
  try {
    const { consumedPoints } = await limiter.consume(key)
    return { attempts: consumedPoints, waitSeconds: 0 }
  } catch (refused) {
    if (refused instanceof Error) throw refused
    const { consumedPoints, msBeforeNext } = refused as RateLimiterRes
    return { attempts: consumedPoints, waitSeconds: Math.max(1, Math.ceil(msBeforeNext / 1000)) }
  }
}

/** Forgets the failed attempts of an account that has signed in. */
export async function forgetSignInAttempts(kind: SignInLimitKind, key: string): Promise<void> {
  await (await limiters())[kind].delete(key)
}

/** Takes one counted attempt back. */
export async function refundSignInAttempt(kind: SignInLimitKind, key: string): Promise<void> {
  await (await limiters())[kind].reward(key)
}
