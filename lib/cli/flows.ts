import type { Command } from "commander"
import { closeInspector, createOperatorLink } from "@/lib/authentication/operators"
import { type Answer, action } from "./action"
import { toSeconds, toText } from "./text"

export function addFlowsCommands(program: Command): void {
  const flows = program.command("flows").description("open the flow inspector, and close it")

  flows
    .command("link")
    .description("print a link that lets one browser see the flow inspector, once, within ten minutes")
    .option("--json", "print one JSON object")
    .action(action(link))

  flows
    .command("close")
    .description("end what links have opened, and make those that wait useless")
    .option("--json", "print one JSON object")
    .action(action(close))
}

async function link(): Promise<Answer> {
  const { url, expiresAt } = await createOperatorLink()
  return {
    json: { url, expires_at: toSeconds(expiresAt) },
    text: `${url}\nGood once, until ${toText(expiresAt)}, where the server runs with FLOW_INSPECTOR=on.`,
  }
}

async function close(): Promise<Answer> {
  const closed = await closeInspector()
  return { json: { closed }, text: `Closed the flow inspector to ${closed} browsers and links.` }
}
