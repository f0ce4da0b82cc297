import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises"
import { isBusy, isConflict, isConnectionLost, toDatabaseError } from "./errors"

/** Milliseconds after which nothing is tried again: the last attempt may take some seconds too, and a request is answered within ten. */
const retryMs = 5_000

/** How often a conflict with another transaction is tried again. */
const maxConflicts = 3

/** A read is repeated only when it failed within so many milliseconds, so that a caller is not kept waiting twice. */
const quickMs = 1_000

/**
 * Runs one atomic operation on the database, and again where that is safe: while the SQLite file is locked, after a
 * conflict (nothing was changed), and, when it is a read, once after its connection was lost. Every request passes here
 * several times, so what succeeds the first time costs one promise.
 * @param kind a write whose connection was lost may have been committed, so it is not repeated
 * @param pick what is returned of the result
 * @throws UniqueViolation, DatabaseUnavailableError, or the driver's error when the statement is at fault
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
    if (!again) throw toDatabaseError(error)
    // Another process usually writes for some microseconds.
    await (attempts < 20 && isBusy(error) ? nextTurn() : sleep(Math.random() * 10))
    try {
      return pick(await run())
    } catch (nextError) {
      error = nextError
    }
  }
}
