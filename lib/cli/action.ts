import { closePasswordPool } from "@/lib/accounts/password"
import { prepare } from "@/lib/boot"
import { allowSlowStatements } from "@/lib/data/connections"
import { closeDatabase } from "@/lib/data/database"
import { describeProblem, OperatorError } from "@/lib/operator-errors"
import { OAuthError } from "@/lib/protocol/errors"

/** What a command answers: an object for `--json`, and lines for a person. */
export type Answer = { json: object; text: string }

/**
 * Makes a command's action out of a function: prepares the database, prints the answer, and closes what was opened, so
 * that the process ends by itself. A failure is one line on standard error and exit code 1.
 */
export function action<Args extends [...unknown[], { json?: boolean }]>(
  run: (...args: Args) => Promise<Answer>,
): (...args: [...Args, unknown]) => Promise<void> {
  return async (...args) => {
    // Commander passes the arguments, the options, and last the command itself.
    const own = args.slice(0, -1) as unknown as Args
    const { json } = own.at(-1) as { json?: boolean }
    try {
      // A command may delete very much at a time.
      allowSlowStatements()
      await prepare()
      const answer = await run(...own)
      process.stdout.write(json ? `${JSON.stringify(answer.json)}\n` : `${answer.text}\n`)
    } catch (error) {
      process.exitCode = 1
      process.stderr.write(`${explain(error)}\n`)
    } finally {
      await closePasswordPool()
      await closeDatabase().catch(() => undefined)
    }
  }
}

function explain(error: unknown): string {
  if (error instanceof OAuthError) return `Refused: ${error.description.replace(/\.$/, "")}.`
  return describeProblem(error) ?? (error instanceof Error ? (error.stack ?? error.message) : String(error))
}

/** @throws OperatorError that says there is no such thing and how to see which there are */
export function missing(what: "client" | "user" | "session", id: string): never {
  const list = what === "session" ? "sessions list" : `${what} list`
  throw new OperatorError(`There is no ${what} ${id}. "npm run -s cli -- ${list}" shows those there are.`)
}
