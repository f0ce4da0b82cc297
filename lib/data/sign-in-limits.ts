import {
  RateLimiterPostgres,
  type RateLimiterRes,
  RateLimiterSQLite,
  type RateLimiterStoreAbstract,
} from "rate-limiter-flexible"
import { config } from "@/lib/config"
import { createOnce, perProcess } from "@/lib/per-process"
import { attempt } from "./attempt"
import { postgresPool, sqliteConnection } from "./connections"
import { endTurn } from "./turn"

/**
 * Failed sign-ins of an account, of an account from a browser that knows it, and from an address; from an address: sign-ups,
 * registrations of clients, requests of devices, wrong user codes, requests for e-mails, and passwords set by a link; e-mails
 * to an address; of a User who is signed in: wrong codes of a second factor, and wrong passwords before a change.
 */
export type SignInLimitKind =
  | "account"
  | "address"
  | "sign-up"
  | "registration"
  | "device"
  | "known-device"
  | "user-code"
  | "mail"
  | "mail-to"
  | "second-factor"
  | "confirmation"
  | "link"

type Limiters = Record<SignInLimitKind, RateLimiterStoreAbstract>

/** E-mails to one address in a window: enough for someone who presses the button again, too few to annoy with. */
const mailsPerRecipient = 5

const limiters = perProcess<Promise<Limiters>>("sign-in limiters")

/** The library has its own statements; the table and the connection are this project's. */
async function connect(): Promise<Limiters> {
  const settings = config()
  const common = {
    tableName: "sign_in_limit",
    tableCreated: true,
    clearExpiredByTimeout: false,
    duration: settings.SIGN_IN_WINDOW_SECONDS,
  }
  const [Limiter, store] =
    settings.databaseProvider === "sqlite"
      ? [RateLimiterSQLite, { storeClient: await sqliteConnection(), storeType: "better-sqlite3" }]
      : [RateLimiterPostgres, { storeClient: postgresPool(), storeType: "pool" }]
  const create = (kind: SignInLimitKind, points: number) =>
    new Limiter({ ...common, ...store, keyPrefix: kind, points })
  return {
    account: create("account", settings.SIGN_IN_ATTEMPTS_PER_ACCOUNT),
    address: create("address", settings.SIGN_IN_ATTEMPTS_PER_ADDRESS),
    "sign-up": create("sign-up", settings.SIGN_IN_ATTEMPTS_PER_ADDRESS),
    registration: create("registration", settings.REGISTRATIONS_PER_ADDRESS),
    "known-device": create("known-device", settings.SIGN_IN_ATTEMPTS_PER_ACCOUNT),
    device: create("device", settings.SIGN_IN_ATTEMPTS_PER_ADDRESS),
    "user-code": create("user-code", settings.SIGN_IN_ATTEMPTS_PER_ADDRESS),
    "second-factor": create("second-factor", settings.SIGN_IN_ATTEMPTS_PER_ACCOUNT),
    confirmation: create("confirmation", settings.SIGN_IN_ATTEMPTS_PER_ACCOUNT),
    link: create("link", settings.SIGN_IN_ATTEMPTS_PER_ADDRESS),
    mail: create("mail", settings.SIGN_IN_ATTEMPTS_PER_ADDRESS),
    "mail-to": create("mail-to", mailsPerRecipient),
  }
}

async function limit<Result>(kind: SignInLimitKind, run: (limiter: RateLimiterStoreAbstract) => Promise<Result>) {
  const limiter = (await createOnce(limiters, connect))[kind]
  return attempt("write", () => {
    // On SQLite, it writes on the connection of the prepared statements.
    endTurn()
    return run(limiter)
  })
}

/**
 * Counts one attempt.
 * @returns the number of attempts in the window, and the seconds to wait if that is above the limit, otherwise 0
 */
export async function countSignInAttempt(kind: SignInLimitKind, key: string) {
  try {
    const { consumedPoints } = await limit(kind, (limiter) => limiter.consume(key))
    return { attempts: consumedPoints, waitSeconds: 0 }
  } catch (refused) {
    if (refused instanceof Error) throw refused
    const { consumedPoints, msBeforeNext } = refused as RateLimiterRes
    return { attempts: consumedPoints, waitSeconds: Math.max(1, Math.ceil(msBeforeNext / 1000)) }
  }
}

/** Deletes the count for a key. */
export async function forgetSignInAttempts(kind: SignInLimitKind, key: string): Promise<void> {
  await limit(kind, (limiter) => limiter.delete(key))
}

/** Subtracts one counted attempt. */
export async function refundSignInAttempt(kind: SignInLimitKind, key: string): Promise<void> {
  await limit(kind, (limiter) => limiter.reward(key))
}
