/** A write failed because a unique value already exists. */
export class UniqueViolation extends Error {
  override name = "UniqueViolation"
}

/** The database is unreachable, read-only, full, locked or silent, or rejected this server. The request can be retried later. */
export class DatabaseUnavailableError extends Error {
  override name = "DatabaseUnavailableError"
  /** The driver's code, such as ECONNREFUSED, 57P01 or SQLITE_FULL. Not named `code`, because Prisma would mistake that for its own error. */
  readonly driverCode: string | undefined

  constructor(cause: unknown) {
    super("The database is not available.", { cause })
    this.driverCode = codeOf(cause)
  }
}

/** Compares names: Next bundles each route separately, so the class exists several times in one process. */
export function isDatabaseUnavailable(error: unknown): error is DatabaseUnavailableError {
  return error instanceof Error && error.name === "DatabaseUnavailableError"
}

/** Whether a write by Prisma or by a prepared statement failed because a unique value already exists. */
export function isUniqueViolation(error: unknown): boolean {
  return error instanceof Error && (error.name === "UniqueViolation" || hasCode(error, "P2002"))
}

/** Whether a write failed because the row that it refers to does not exist: it was deleted while the request was answered. */
export function isReferenceViolation(error: unknown): boolean {
  return /^(23503|SQLITE_CONSTRAINT_FOREIGNKEY)$/.test(codeOf(error) ?? "") || hasCode(error, "P2003")
}

const hasCode = (error: unknown, code: string) => error instanceof Error && "code" in error && error.code === code

/** Waits for an insert. @returns false when a unique value already exists and nothing was stored */
export async function isStored(insert: PromiseLike<unknown>): Promise<boolean> {
  try {
    await insert
    return true
  } catch (error) {
    if (isUniqueViolation(error)) return false
    throw error
  }
}

/**
 * Waits for a write with guards.
 * @returns "exists" when a unique value already exists, "refused" when a guard changed or found no row. Nothing is stored then
 */
export async function outcomeOf(guarded: Promise<boolean>): Promise<"stored" | "exists" | "refused"> {
  try {
    return (await guarded) ? "stored" : "refused"
  } catch (error) {
    if (isUniqueViolation(error)) return "exists"
    throw error
  }
}

/** The code of a driver's error, also when Prisma's adapter has wrapped it; undefined without a code. */
export function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  if (isDatabaseUnavailable(error)) return error.driverCode
  if ("code" in error && typeof error.code === "string") return error.code
  // Node tries all addresses of a host and reports their errors together.
  if (error instanceof AggregateError) return codeOf(error.errors[0])
  return (error.cause as { originalCode?: string } | undefined)?.originalCode
}

/** SQLSTATE classes caused by the statement or its values: data exceptions, integrity, syntax and access rules. */
const statementErrors = /^(22|23|42)/
const insufficientPrivilege = "42501"
const sqliteStatementErrors = /^SQLITE_(CONSTRAINT|ERROR|MISUSE|RANGE|MISMATCH|TOOBIG)/

/** Whether the statement or its values caused a driver's error: an integrity violation or a bug. */
function isStatementError(error: Error): boolean {
  const code = codeOf(error)
  if (code?.startsWith("SQLITE_")) return sqliteStatementErrors.test(code)
  if (code && isSqlState(code, error)) {
    return statementErrors.test(code) && code !== insufficientPrivilege && !isStatementLost(error)
  }
  return error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError
}

/** SQLSTATEs have five characters, but so do some of Node's codes. Postgres errors also have a severity. */
function isSqlState(code: string, error: Error): boolean {
  return /^[0-9A-Z]{5}$/.test(code) && ("severity" in error || error.name === "DriverAdapterError")
}

/**
 * Converts a driver's error to what the data layer throws: UniqueViolation, DatabaseUnavailableError, or the same error
 * when the statement or its values caused it.
 */
export function toDatabaseError(error: unknown): unknown {
  if (!(error instanceof Error) || isDatabaseUnavailable(error)) return error
  const code = codeOf(error)
  // Prisma converts its adapter's errors to its own.
  const adapted = error.name === "DriverAdapterError"
  if (!adapted && /^(23505|SQLITE_CONSTRAINT_(UNIQUE|PRIMARYKEY))$/.test(code ?? "")) return new UniqueViolation()
  return isStatementError(error) ? error : new DatabaseUnavailableError(error)
}

/** Whether a pooler has moved this connection to another server session, which has other prepared statements. */
export function isStatementLost(error: unknown): boolean {
  return /^(26000|42P05)$/.test(codeOf(error) ?? "")
}

/** Whether this connection leads to a server that accepts no writes: a replica, or a primary that was demoted. */
export function isReadOnly(error: unknown): boolean {
  return codeOf(error) === "25006"
}

/** Whether nothing was changed and a retry may succeed: serialization failure, deadlock, or a lost statement. */
export function isConflict(error: unknown): boolean {
  return isStatementLost(error) || /^(40001|40P01)$/.test(codeOf(error) ?? "")
}

/** Whether another process has locked the SQLite file. */
export function isBusy(error: unknown): boolean {
  return /^SQLITE_(BUSY|LOCKED)/.test(codeOf(error) ?? "")
}

/** Whether the connection was lost, not refused: an error without a code, or of class 08 or 57P. */
export function isConnectionLost(error: unknown): boolean {
  return (
    error instanceof Error &&
    !isStatementError(error) &&
    /^(08...|57P0.|ECONNRESET|EPIPE)$|^$/.test(codeOf(error) ?? "")
  )
}
