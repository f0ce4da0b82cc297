/** A write was refused because a unique value exists already. */
export class UniqueViolation extends Error {
  override name = "UniqueViolation"
}

/** The database is away, read-only, full, locked or silent, or refused this server. The request can be retried later. */
export class DatabaseUnavailableError extends Error {
  override name = "DatabaseUnavailableError"
  /** The driver's code, such as ECONNREFUSED, 57P01 or SQLITE_FULL. Prisma would take an error with a `code` for its own. */
  readonly driverCode: string | undefined

  constructor(cause: unknown) {
    super("The database is not available.", { cause })
    this.driverCode = codeOf(cause)
  }
}

/** By its name: Next bundles each route separately, so the class exists several times in one process. */
export function isDatabaseUnavailable(error: unknown): error is DatabaseUnavailableError {
  return error instanceof Error && error.name === "DatabaseUnavailableError"
}

/** Whether a write was refused because a unique value exists already, by Prisma or by a prepared statement. */
export function isUniqueViolation(error: unknown): boolean {
  return error instanceof Error && (error.name === "UniqueViolation" || ("code" in error && error.code === "P2002"))
}

/** @returns false when a unique value exists already, and nothing was stored */
export async function isStored(insert: PromiseLike<unknown>): Promise<boolean> {
  try {
    await insert
    return true
  } catch (error) {
    if (isUniqueViolation(error)) return false
    throw error
  }
}

/** The code of an error of a driver, or of the one that Prisma's adapter wraps; undefined when it has none. */
export function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  if (isDatabaseUnavailable(error)) return error.driverCode
  if ("code" in error && typeof error.code === "string") return error.code
  // Node tries all addresses of a name, and reports them together.
  if (error instanceof AggregateError) return codeOf(error.errors[0])
  return (error.cause as { originalCode?: string } | undefined)?.originalCode
}

/** SQLSTATE classes of the statement or its values, not of the database: data exceptions, integrity, syntax and access rules. */
const refusedStatement = /^(22|23|42)/
const insufficientPrivilege = "42501"
const refusedBySqlite = /^SQLITE_(CONSTRAINT|ERROR|MISUSE|RANGE|MISMATCH|TOOBIG)/

/** Whether a driver's error is about the statement or its values: an integrity violation, or a mistake in our code. */
function isRefusal(error: Error): boolean {
  const code = codeOf(error)
  if (code?.startsWith("SQLITE_")) return refusedBySqlite.test(code)
  if (code && isSqlState(code, error)) {
    return refusedStatement.test(code) && code !== insufficientPrivilege && !isStatementLost(error)
  }
  return error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError
}

/** Five characters, which some of Node's codes have as well; the server sends a severity along. */
function isSqlState(code: string, error: Error): boolean {
  return /^[0-9A-Z]{5}$/.test(code) && ("severity" in error || error.name === "DriverAdapterError")
}

/**
 * What the data layer throws in place of a driver's error: UniqueViolation, DatabaseUnavailableError, or the error
 * itself when the statement or its values are at fault.
 */
export function toDatabaseError(error: unknown): unknown {
  if (!(error instanceof Error) || isDatabaseUnavailable(error)) return error
  const code = codeOf(error)
  // Prisma makes its own error of what its adapter throws.
  const adapted = error.name === "DriverAdapterError"
  if (!adapted && /^(23505|SQLITE_CONSTRAINT_(UNIQUE|PRIMARYKEY))$/.test(code ?? "")) return new UniqueViolation()
  return isRefusal(error) ? error : new DatabaseUnavailableError(error)
}

/** A pooler has given this connection another session of the server, where the prepared statements are others. */
export function isStatementLost(error: unknown): boolean {
  return /^(26000|42P05)$/.test(codeOf(error) ?? "")
}

/** Serialization failure, deadlock, or a lost statement: nothing was changed, and running all of it again may succeed. */
export function isConflict(error: unknown): boolean {
  return isStatementLost(error) || /^(40001|40P01)$/.test(codeOf(error) ?? "")
}

/** Another process has locked the SQLite file for now. */
export function isBusy(error: unknown): boolean {
  return /^SQLITE_(BUSY|LOCKED)/.test(codeOf(error) ?? "")
}

/** The connection was lost, not refused: the driver has no code for it, or one of class 08 or 57P. */
export function isConnectionLost(error: unknown): boolean {
  return error instanceof Error && !isRefusal(error) && /^(08...|57P0.|ECONNRESET|EPIPE)$|^$/.test(codeOf(error) ?? "")
}
