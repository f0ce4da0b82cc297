import { createInterface } from "node:readline"
import { Writable } from "node:stream"
import { OperatorError } from "@/lib/operator-errors"
import { UsageError } from "./action"

/**
 * Reads a password: the first line of standard input, or what is typed twice on the terminal, without showing it.
 * @throws UsageError without a terminal and without `--password-stdin`
 * @throws OperatorError when the two passwords differ, or the input is not UTF-8
 */
export async function readPassword(fromStdin: boolean): Promise<string> {
  if (fromStdin) return readFirstLine()
  if (!process.stdin.isTTY) {
    throw new UsageError(
      "There is no terminal to ask for the password. Send it on standard input with --password-stdin.",
    )
  }
  const password = await askHidden("Password: ")
  if (password !== (await askHidden("Repeat the password: "))) {
    throw new OperatorError("The two passwords differ. Try again.")
  }
  return password
}

/** The first line without its line ending. Spaces at either end are part of the password. */
async function readFirstLine(): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    if (chunk.includes("\n")) break
  }
  const bytes = Buffer.concat(chunks)
  const end = bytes.indexOf("\n")
  const line = end === -1 ? bytes : bytes.subarray(0, bytes[end - 1] === 0x0d ? end - 1 : end)
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(line)
  } catch {
    throw new OperatorError("The password on standard input is not UTF-8. Send it in UTF-8.")
  }
}

/** Asks on standard error, because standard output is for the result, and does not show what is typed. */
function askHidden(question: string): Promise<string> {
  const discard = new Writable({ write: (_chunk, _encoding, done) => done() })
  const terminal = createInterface({ input: process.stdin, output: discard, terminal: true })
  process.stderr.write(question)
  return new Promise((resolve, reject) => {
    const end = (finish: () => void) => {
      process.stderr.write("\n")
      terminal.close()
      finish()
    }
    terminal.once("SIGINT", () => end(() => reject(new OperatorError("Cancelled. Nothing was changed."))))
    terminal.question("", (answer) => end(() => resolve(answer)))
  })
}
