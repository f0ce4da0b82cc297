import type { Command } from "commander"
import { closePasswordPool } from "@/lib/accounts/password"
import { prepare } from "@/lib/boot"
import { allowSlowStatements } from "@/lib/data/connections"
import { closeDatabase } from "@/lib/data/database"
import { describeProblem, OperatorError } from "@/lib/operator-errors"
import { OAuthError } from "@/lib/protocol/errors"

/** The result of a command: an object for `--json`, and lines for a person. */
export type Answer = {
  json: object
  text: string /** Whether the command ends with exit code 1. */
  isFailure?: boolean
}

/** The command line cannot be used as it is. The message contains what to change. */
export class UsageError extends OperatorError {}

/** Exit codes: 1 for a failure, 2 for a command line that cannot be used. */
export const exitCodes = { failure: 1, usage: 2 }

/** Adds `--json` to a command. */
export function addJsonOption(command: Command): Command {
  return command.option("--json", "print one JSON object")
}

/** Adds `--yes` to a command that asks for confirmation. */
export function addYesOption(command: Command): Command {
  return command.option("-y, --yes", "do not ask for confirmation")
}

/**
 * Turns a function into a command's action: prepares the database, prints the result, and closes all connections, so that
 * the process can end. An error is printed as one line on standard error and sets the exit code.
 */
export function action<Args extends [...unknown[], { json?: boolean }]>(
  run: (...args: Args) => Promise<Answer>,
  { needsDatabase = true } = {},
): (...args: [...Args, unknown]) => Promise<void> {
  return async (...args) => {
    // Commander passes the arguments, the options, and last the command itself.
    const own = args.slice(0, -1) as unknown as Args
    const { json } = own.at(-1) as { json?: boolean }
    try {
      if (needsDatabase) {
        // A command may delete many rows.
        allowSlowStatements()
        await prepare()
      }
      const answer = await run(...own)
      const output = json ? JSON.stringify(answer.json) : answer.text
      if (output !== "") process.stdout.write(`${output}\n`)
      if (answer.isFailure) process.exitCode = exitCodes.failure
    } catch (error) {
      process.exitCode = error instanceof UsageError ? exitCodes.usage : exitCodes.failure
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

/** @throws OperatorError that contains how to list what exists */
export function throwNotFound(what: "client" | "user" | "session" | "provider", id: string): never {
  const list = what === "session" ? "sessions list" : `${what} list`
  throw new OperatorError(`No ${what} ${id}. List them with: npm run -s cli -- ${list}`)
}
