import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises"
import { isBusy, isConflict, isConnectionLost, isStatementLost, toDatabaseError } from "./errors"
import { stopNamingStatements } from "./statement-names"

/** Milliseconds after which nothing is retried. The last attempt may take seconds too, and a request must be answered within ten. */
const retryMs = 5_000

/** How often a conflict with another transaction is retried. */
const maxConflicts = 3

/** A read is retried only if it failed within this time, in milliseconds, so that no caller waits twice. */
const quickMs = 1_000

/**
 * Runs one atomic database operation, and retries it where that is safe: while the SQLite file is locked, after a conflict
 * (nothing was changed), and for a read once after a lost connection. Every request comes through here several times, so
 * an operation that succeeds the first time costs only one promise.
 * @param kind a write is not retried after a lost connection, because it may have been committed
 * @param pick selects the part of the result to return
 * @throws UniqueViolation, DatabaseUnavailableError, or the driver's error when the statement is wrong
 */
export function attempt<Found, Result = Found>(
  kind: "read" | "write",
  run: () => Found | Promise<Found>,
  pick: (found: Found) => Result = identity,
): Promise<Result> {
  const startedAt = Date.now()
  try {
    const found = run()
    if (!(found instanceof Promise)) return Promise.resolve(pick(found))
    return found.then(pick, (error) => attemptAgain(kind, run, pick, startedAt, error))
  } catch (error) {
    return attemptAgain(kind, run, pick, startedAt, error)
  }
}

const identity = (found: unknown) => found as never

async function attemptAgain<Found, Result>(
  kind: "read" | "write",
  run: () => Found | Promise<Found>,
  pick: (found: Found) => Result,
  startedAt: number,
  firstError: unknown,
): Promise<Result> {
  for (let attempts = 1, error = firstError; ; attempts++) {
    const elapsed = Date.now() - startedAt
    const again =
      elapsed < retryMs &&
      (isBusy(error) ||
        (isConflict(error) && attempts <= maxConflicts) ||
        (kind === "read" && attempts === 1 && elapsed < quickMs && isConnectionLost(error)))
    if (isStatementLost(error)) stopNamingStatements()
    if (!again) throw toDatabaseError(error)
    // Another process usually holds the lock for microseconds.
    await (attempts < 20 && isBusy(error) ? nextTurn() : sleep(Math.random() * 10))
    try {
      return pick(await run())
    } catch (nextError) {
      error = nextError
    }
  }
}
