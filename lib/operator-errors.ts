import { type Config, ConfigError, config } from "@/lib/config"
import { codeOf, isDatabaseUnavailable } from "@/lib/data/errors"
import { MigrationError } from "@/lib/data/migrate"
import { WrongSecretError } from "@/lib/secret"

/** Something that the operator can mend. The message says what and how, on one line, and is shown without a stack trace. */
export class OperatorError extends Error {
  override name = "OperatorError"
}

const unreachable: Record<string, string> = {
  ECONNREFUSED: "nothing listens there",
  ECONNRESET: "it closed the connection",
  EAI_AGAIN: "the host's name cannot be resolved now",
  ENOTFOUND: "there is no host of that name",
  EHOSTUNREACH: "there is no way to that host",
  ENETUNREACH: "there is no way to that network",
  ETIMEDOUT: "it did not answer in time",
  ENOENT: "there is no such socket",
  EACCES: "this user may not use that socket",
}

/**
 * What went wrong and how to mend it, for the person at the terminal; null when the error is none that is known here.
 * Never holds the password of the database's URL.
 */
export function describeProblem(error: unknown): string | null {
  const known = [OperatorError, ConfigError, MigrationError, WrongSecretError]
  if (error instanceof Error && known.some((kind) => error instanceof kind)) return error.message
  if (!(error instanceof Error)) return null
  if (isDatabaseUnavailable(error))
    return describeProblem(error.cause) ?? "The database did not answer in time. Try again."
  const settings = config()
  return settings.databaseProvider === "sqlite" ? describeSqlite(error, settings) : describePostgres(error, settings)
}

/** Prints what went wrong, in one line where the cause is known, and ends the process. */
export function exitWithProblem(error: unknown): never {
  process.stderr.write(`${describeProblem(error) ?? (error instanceof Error ? error.stack : String(error))}\n`)
  process.exit(1)
}

/** The Postgres driver has no code for these. */
function codeOfMessage(message: string): string {
  if (/timeout|does not answer/i.test(message)) return "ETIMEDOUT"
  return message === "Connection terminated unexpectedly" ? "ECONNRESET" : ""
}

function describePostgres(error: Error, { databaseUrl }: Config): string | null {
  const code = codeOf(error) ?? codeOfMessage(error.message)
  const { place, user, name } = parsePostgresUrl(databaseUrl)
  if ("path" in error && "syscall" in error && error.syscall === "open") {
    return `The file ${error.path} of sslrootcert, sslcert or sslkey in DATABASE_URL cannot be read (${code}). Correct DATABASE_URL, or let this user read the file.`
  }
  const reason = unreachable[code]
  if (reason) return `The database at ${place} is out of reach: ${reason}. Start it, or correct DATABASE_URL.`
  switch (code) {
    case "ERR_INVALID_URL":
      return "DATABASE_URL cannot be read: write postgres://user:password@host:5432/name, with @ : / # ? % in the password as %40 %3A %2F %23 %3F %25."
    case "28P01":
    case "28000":
      return `The database at ${place} refuses the user ${user}. Correct the user or the password in DATABASE_URL.`
    case "3D000":
      return `There is no database ${name} at ${place}. Create it with "createdb ${name}", or correct DATABASE_URL.`
    case "3F000":
      return `The search_path of the user ${user} names no schema that exists in the database ${name} at ${place}. Create the schema, or name one in DATABASE_URL with ?schema=.`
    case "25006":
      return `The database ${name} at ${place} is read-only. Correct DATABASE_URL, or make it writable.`
    case "42501":
      return `The user ${user} may not create tables in the database ${name} at ${place}. Make it the database's owner.`
    case "53300":
      return `The database at ${place} has no connection left. Raise its max_connections, or stop another program.`
    case "57P03":
      return `The database at ${place} is still starting. Try again in a moment.`
    default:
      return /ssl/i.test(error.message) && !error.message.includes("\n")
        ? `The database at ${place} and DATABASE_URL disagree about TLS. Correct sslmode in DATABASE_URL.`
        : null
  }
}

function parsePostgresUrl(value: string): { place: string; user: string; name: string } {
  try {
    const url = new URL(value)
    const name = decodeURIComponent(url.pathname.slice(1))
    const user = decodeURIComponent(url.username)
    return {
      place: `${url.searchParams.get("host") ?? (url.hostname || "localhost")}:${url.port || 5432}`,
      user: user || "(none)",
      name: name || user,
    }
  } catch {
    return { place: "the host in DATABASE_URL", user: "in DATABASE_URL", name: "in DATABASE_URL" }
  }
}

function describeSqlite(error: Error, { databaseUrl }: Config): string | null {
  const file = databaseUrl.slice("file:".length)
  const code = codeOf(error) ?? ""
  if (code === "ERR_DLOPEN_FAILED" || /bindings file|NODE_MODULE_VERSION/.test(error.message)) {
    return 'The module better-sqlite3 is not built for this Node. Run "npm rebuild better-sqlite3".'
  }
  if (code.startsWith("SQLITE_CANTOPEN") || /^(EACCES|EPERM|EROFS|ENOTDIR|EEXIST|EISDIR)$/.test(code)) {
    return `The database file ${file} cannot be opened. Let this user write in its folder, or choose another with DATABASE_URL.`
  }
  if (code.startsWith("SQLITE_READONLY")) {
    return `The database file ${file} cannot be written. Let this user write it, or choose another with DATABASE_URL.`
  }
  if (code === "SQLITE_NOTADB" || code.startsWith("SQLITE_CORRUPT")) {
    return `The file ${file} is not a sound SQLite database. Restore it, or choose another with DATABASE_URL.`
  }
  if (code.startsWith("SQLITE_BUSY")) {
    return `The database file ${file} is locked by another program. Try again when that is done.`
  }
  if (code === "SQLITE_FULL" || code === "ENOSPC") return `The disk of ${file} is full. Make room on it.`
  return null
}
