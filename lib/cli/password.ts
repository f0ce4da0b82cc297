import { createInterface } from "node:readline"
import { Writable } from "node:stream"
import { OperatorError } from "@/lib/operator-errors"

/**
 * The password that the operator gives: the first line of standard input, or what they type twice, unseen.
 * @throws OperatorError when there is nobody to ask, or the two differ
 */
export async function readPassword(fromStdin: boolean): Promise<string> {
  if (fromStdin) return readFirstLine()
  if (!process.stdin.isTTY) {
    throw new OperatorError("There is no terminal to ask for the password. Give it with --password-stdin.")
  }
  const password = await ask("Password: ")
  if (password !== (await ask("The same again: "))) throw new OperatorError("The two passwords differ. Try again.")
  return password
}

/** The first line without its line end: spaces at its ends belong to the password. */
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
    throw new OperatorError("The password on standard input is not UTF-8 text.")
  }
}

/** Asks on standard error, so that standard output stays the answer's, and shows nothing of what is typed. */
function ask(question: string): Promise<string> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  const terminal = createInterface({ input: process.stdin, output: nowhere, terminal: true })
  process.stderr.write(question)
  return new Promise((resolve, reject) => {
    const end = (finish: () => void) => {
      process.stderr.write("\n")
      terminal.close()
      finish()
    }
    terminal.once("SIGINT", () => end(() => reject(new OperatorError("Stopped. Nothing was changed."))))
    terminal.question("", (answer) => end(() => resolve(answer)))
  })
}
