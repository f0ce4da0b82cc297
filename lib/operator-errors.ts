import { type Config, ConfigError, config } from "@/lib/config"
import { codeOf, isDatabaseUnavailable } from "@/lib/data/errors"
import { MigrationError } from "@/lib/data/migrate"
import { hostUrlsOf } from "@/lib/database-url"
import { WrongSecretError } from "@/lib/secret"

/** An error that the operator can fix. Its one-line message contains the fix and is shown without a stack trace. */
export class OperatorError extends Error {
  override name = "OperatorError"
}

const unreachable: Record<string, string> = {
  ECONNREFUSED: "nothing is listening there",
  ECONNRESET: "it closed the connection",
  EAI_AGAIN: "the host's name cannot be resolved at the moment",
  ENOTFOUND: "the host does not exist",
  EHOSTUNREACH: "there is no route to the host",
  ENETUNREACH: "there is no route to the network",
  ETIMEDOUT: "it did not answer in time",
  ENOENT: "the socket does not exist",
  EACCES: "this user may not use the socket",
}

/**
 * Describes an error and its fix for the person at the terminal, without the password in DATABASE_URL.
 * @returns null when the error is not known
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

/** Prints the error, in one line when its cause is known, and exits with 1. */
export function exitWithProblem(error: unknown): never {
  process.stderr.write(`${describeProblem(error) ?? (error instanceof Error ? error.stack : String(error))}\n`)
  process.exit(1)
}

/** Codes for errors that the Postgres driver reports without one. */
function codeOfMessage(message: string): string {
  if (/timeout|does not answer/i.test(message)) return "ETIMEDOUT"
  return message === "Connection terminated unexpectedly" ? "ECONNRESET" : ""
}

function describePostgres(error: Error, { databaseUrl }: Config): string | null {
  const code = codeOf(error) ?? codeOfMessage(error.message)
  const { place, user, name } = parsePostgresUrl(databaseUrl)
  if ("path" in error && "syscall" in error && error.syscall === "open") {
    return `The file ${error.path} for sslrootcert, sslcert or sslkey in DATABASE_URL cannot be read (${code}). Fix DATABASE_URL, or let this user read the file.`
  }
  const reason = unreachable[code]
  if (reason) return `Cannot reach the database at ${place}: ${reason}. Start it, or fix DATABASE_URL.`
  switch (code) {
    case "ERR_INVALID_URL":
      return "DATABASE_URL cannot be parsed. Write postgres://user:password@host:5432/name, and in the password @ : / # ? % as %40 %3A %2F %23 %3F %25."
    case "28P01":
    case "28000":
      return `The database at ${place} rejected the user ${user}. Fix the user or the password in DATABASE_URL.`
    case "3D000":
      return `The database ${name} does not exist at ${place}. Create it with "createdb ${name}", or fix DATABASE_URL.`
    case "3F000":
      return `No schema in the search_path of the user ${user} exists in the database ${name} at ${place}. Create one, or name one in DATABASE_URL with ?schema=.`
    case "25006":
      return `The database ${name} at ${place} is read-only. Make it writable, or fix DATABASE_URL.`
    case "42501":
      return `The user ${user} may not create tables in the database ${name} at ${place}. Make this user the owner of the database.`
    case "53300":
      return `The database at ${place} has no free connections. Raise its max_connections, or stop another program.`
    case "57P03":
      return `The database at ${place} is still starting. Try again in a moment.`
    default:
      return /ssl/i.test(error.message) && !error.message.includes("\n")
        ? `The database at ${place} does not accept the TLS settings in DATABASE_URL. Fix sslmode.`
        : null
  }
}

function parsePostgresUrl(value: string): { place: string; user: string; name: string } {
  try {
    const [url, ...others] = hostUrlsOf(value).map((hostUrl) => new URL(hostUrl)) as [URL, ...URL[]]
    const name = decodeURIComponent(url.pathname.slice(1))
    const user = decodeURIComponent(url.username)
    const placeOf = ({ searchParams, hostname, port }: URL) =>
      `${searchParams.get("host") ?? (hostname || "localhost")}:${port || 5432}`
    return {
      place: [url, ...others].map(placeOf).join(" and "),
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
    return 'The module better-sqlite3 is not built for this version of Node. Run "npm rebuild better-sqlite3".'
  }
  if (code.startsWith("SQLITE_CANTOPEN") || /^(EACCES|EPERM|EROFS|ENOTDIR|EEXIST|EISDIR)$/.test(code)) {
    return `The database file ${file} cannot be opened. Let this user write to its folder, or set DATABASE_URL to another file.`
  }
  if (code.startsWith("SQLITE_READONLY")) {
    return `The database file ${file} cannot be written. Let this user write to it, or set DATABASE_URL to another file.`
  }
  if (code === "SQLITE_NOTADB" || code.startsWith("SQLITE_CORRUPT")) {
    return `The file ${file} is not a valid SQLite database. Restore it, or set DATABASE_URL to another file.`
  }
  if (code.startsWith("SQLITE_BUSY")) {
    return `The database file ${file} is locked by another program. Try again when that has finished.`
  }
  if (code === "SQLITE_FULL" || code === "ENOSPC") return `The disk with ${file} is full. Free some space.`
  return null
}
