import { vi } from "vitest"
import { runCli } from "@/lib/cli/program"

export type CommandResult = { exitCode: number; stdout: string; stderr: string }

/** Runs a command of the CLI in this process, on the open test database and without a terminal. */
export async function runCommand(...args: string[]): Promise<CommandResult> {
  const stdout = vi.spyOn(process.stdout, "write").mockReturnValue(true)
  const stderr = vi.spyOn(process.stderr, "write").mockReturnValue(true)
  const terminal = process.stdin.isTTY
  process.stdin.isTTY = false
  try {
    await runCli(args)
    const textOf = (stream: typeof stdout) => stream.mock.calls.map(([text]) => text).join("")
    return { exitCode: Number(process.exitCode ?? 0), stdout: textOf(stdout), stderr: textOf(stderr) }
  } finally {
    // vitest's own exit code.
    process.exitCode = undefined
    process.stdin.isTTY = terminal
    stdout.mockRestore()
    stderr.mockRestore()
  }
}

/** Runs a command that has to succeed. @returns what `--json` printed */
export async function runForJson<Result>(...args: string[]): Promise<Result> {
  const { exitCode, stdout, stderr } = await runCommand(...args, "--json")
  if (exitCode !== 0) throw new Error(`${args.join(" ")} ended with ${exitCode}: ${stderr}`)
  return JSON.parse(stdout)
}
