import { Command } from "commander"
import { addClientCommands } from "./client"
import { addFlowsCommands } from "./flows"
import { addKeysCommands } from "./keys"
import { addScopeCommands } from "./scope"
import { addSessionsCommands } from "./sessions"
import { addSweepCommand } from "./sweep"
import { addUserCommands } from "./user"

/**
 * Runs one command.
 * @param args the words after the program's name
 */
export async function runCli(args: string[]): Promise<void> {
  const program = new Command("npm run -s cli --")
    .description("Clients, users, keys and sessions of OAuth Flow, on the database that DATABASE_URL names.")
    // Commands made below inherit this: a wrong word is answered by one line.
    .configureOutput({
      outputError: (text, write) => {
        const problem = text
          .replace(/^error: /, "")
          .trim()
          .replaceAll("\n", " ")
          .replace(/\.$/, "")
        write(`${problem.charAt(0).toUpperCase()}${problem.slice(1)}. Add --help to see what there is.\n`)
      },
    })
  addClientCommands(program)
  addUserCommands(program)
  addFlowsCommands(program)
  addKeysCommands(program)
  addScopeCommands(program)
  addSessionsCommands(program)
  addSweepCommand(program)
  await program.parseAsync(args, { from: "user" })
}
