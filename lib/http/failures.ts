import { codeOf, isDatabaseUnavailable, isReferenceViolation } from "@/lib/data/errors"
import { log } from "@/lib/log"
import { OAuthError } from "@/lib/protocol/errors"

/** Seconds after which a caller may try again when the database is not available. */
const retryAfterSeconds = 5

/**
 * The error to answer with: a protocol error unchanged, anything else as server_error or
 * temporarily_unavailable. A retry after a row was deleted finds the reason, such as a code that is not valid. The failure itself goes to the log by name and place; its text may hold a value.
 */
export function toOAuthError(error: unknown): OAuthError {
  if (error instanceof OAuthError) return error
  if (isReferenceViolation(error)) {
    return new OAuthError(
      "temporarily_unavailable",
      "A user, client or session of this request was deleted at the same moment. Send the request again.",
      "deleted_meanwhile",
      { headers: { "Retry-After": "1" }, cause: error },
    )
  }
  const facts = error instanceof Error ? error : new Error("not an error")
  const places = facts.stack
    ?.split("\n")
    .filter((line) => /^\s+at /.test(line))
    .map((line) => line.trim())
  log().error({ event: "failure", name: facts.name, code: codeOf(error), at: places?.slice(0, 8) })
  if (!isDatabaseUnavailable(error)) {
    return new OAuthError(
      "server_error",
      "Something went wrong in the server. Try again in a moment; the server log has the details.",
      "unexpected",
      { cause: error },
    )
  }
  return new OAuthError(
    "temporarily_unavailable",
    "The server cannot reach its database. Try again in a few seconds.",
    "database_unavailable",
    { headers: { "Retry-After": String(retryAfterSeconds) }, cause: error },
  )
}
