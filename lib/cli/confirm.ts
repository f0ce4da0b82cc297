import { createInterface } from "node:readline/promises"
import { OperatorError } from "@/lib/operator-errors"
import { UsageError } from "./action"

/** Where the question is asked: the process itself, or streams in a test. */
export type Terminal = { input: NodeJS.ReadStream; output: NodeJS.WritableStream }

/**
 * Asks before something that cannot be undone. The question goes to standard error, so that standard output contains only
 * the result.
 * @param question a whole sentence
 * @param options.yes the answer given in advance with `--yes`
 * @throws UsageError without a terminal and without `--yes`
 * @throws OperatorError when the answer is not yes
 */
export async function confirm(
  question: string,
  { yes }: { yes?: boolean },
  { input, output }: Terminal = { input: process.stdin, output: process.stderr },
): Promise<void> {
  if (yes) return
  if (!input.isTTY) throw new UsageError("There is no terminal to confirm this on. Add --yes to run it without asking.")
  const terminal = createInterface({ input, output })
  const stopped = new AbortController()
  // Ctrl-C and Ctrl-D mean no.
  terminal.once("SIGINT", () => stopped.abort()).once("close", () => stopped.abort())
  const answer = await terminal.question(`${question} [y/N] `, { signal: stopped.signal }).catch(() => "")
  terminal.close()
  if (!/^y(es)?$/i.test(answer.trim())) throw new OperatorError("Cancelled. Nothing was changed.")
}
