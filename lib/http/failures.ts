import { log } from "@/lib/log"
import { OAuthError } from "@/lib/protocol/errors"

/** Seconds after which a caller may try again when the database is out of reach. */
const retryAfterSeconds = 5

/** Codes of Prisma and of the drivers that mean: the database did not answer now. */
const unavailable = new Set([
  "P1001",
  "P1002",
  "P1008",
  "P1017",
  "P2024",
  "P2034",
  "ECONNREFUSED",
  "ECONNRESET",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "53300",
  "57P01",
  "57P02",
  "57P03",
])

/**
 * What the caller is told of a failure: a protocol error as it is, anything else as server_error or
 * temporarily_unavailable. The failure itself goes to the log by name and place; its text may hold a value.
 */
export function toOAuthError(error: unknown): OAuthError {
  if (error instanceof OAuthError) return error
  const facts = error instanceof Error ? error : new Error("not an error")
  const code = "code" in facts && typeof facts.code === "string" ? facts.code : undefined
  const places = facts.stack
    ?.split("\n")
    .filter((line) => /^\s+at /.test(line))
    .map((line) => line.trim())
  log().error({ event: "failure", name: facts.name, code, at: places?.slice(0, 8) })
  // The Postgres driver gives a time-out no code.
  if (
    (code !== undefined && (unavailable.has(code) || code.startsWith("SQLITE_BUSY"))) ||
    /timeout/i.test(facts.message)
  ) {
    return new OAuthError(
      "temporarily_unavailable",
      "The server cannot reach its database now. Try again in some seconds.",
      "database_unavailable",
      {
        headers: { "Retry-After": String(retryAfterSeconds) },
        cause: error,
      },
    )
  }
  return new OAuthError("server_error", "The server failed. Its log says more.", "unexpected", { cause: error })
}
