import type { Command } from "commander"
import { createOperatorLink } from "@/lib/authentication/operators"
import { type Answer, action } from "./action"
import { toSeconds } from "./text"

export function addFlowsCommands(program: Command): void {
  const flows = program.command("flows").description("open the flow inspector")

  flows
    .command("link")
    .description(
      "print a link that lets one browser see the flow inspector, once, within ten minutes; the server must have FLOW_INSPECTOR=on",
    )
    .option("--json", "print one JSON object")
    .action(action(link))
}

async function link(): Promise<Answer> {
  const { url, expiresAt } = await createOperatorLink()
  return { json: { url, expires_at: toSeconds(expiresAt) }, text: url }
}
