import { Command, CommanderError } from "commander"
import { version } from "@/lib/version"
import { exitCodes } from "./action"
import { addAuditCommands } from "./audit"
import { addBrowserSessionCommands } from "./browser-sessions"
import { addClientCommands } from "./client"
import { addConsentCommands } from "./consent"
import { addDoctorCommand } from "./doctor"
import { addFlowsCommands } from "./flows"
import { addKeysCommands } from "./keys"
import { addProviderCommands } from "./provider"
import { addScopeCommands } from "./scope"
import { addSecretCommands } from "./secret"
import { addSessionsCommands } from "./sessions"
import { addSweepCommand } from "./sweep"
import { addUserCommands } from "./user"

/**
 * Runs one command. An error is printed and sets the exit code of the process.
 * @param args the words after the program's name
 */
export async function runCli(args: string[]): Promise<void> {
  const program = new Command("npm run -s cli --")
    .description("Manage the clients, users, keys and sessions of OAuth Flow in the database of DATABASE_URL.")
    .version(version, "--version", "print the version")
    // The commands added below inherit both settings.
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(toUsageMessage(text)) })
  addClientCommands(program)
  addUserCommands(program)
  addFlowsCommands(program)
  addAuditCommands(program)
  addKeysCommands(program)
  addScopeCommands(program)
  addSessionsCommands(program)
  addBrowserSessionCommands(program)
  addConsentCommands(program)
  addProviderCommands(program)
  addSecretCommands(program)
  addSweepCommand(program)
  addDoctorCommand(program)
  try {
    await program.parseAsync(args, { from: "user" })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    // Commander throws after --help and --version too, with exit code 0.
    process.exitCode = error.exitCode === 0 ? 0 : exitCodes.usage
  }
}

/** Commander's message on one line, with what to do. */
function toUsageMessage(text: string): string {
  const problem = text
    .replace(/^error: /, "")
    .trim()
    .replaceAll("\n", " ")
    .replace(/\.$/, "")
  return `${problem.charAt(0).toUpperCase()}${problem.slice(1)}. Run with --help for usage.\n`
}
