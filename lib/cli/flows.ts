import type { Command } from "commander"
import { closeInspector, createOperatorLink } from "@/lib/authentication/operators"
import { type Answer, action, addJsonOption, addYesOption } from "./action"
import { confirm } from "./confirm"
import { plural, toSeconds, toText } from "./text"

export function addFlowsCommands(program: Command): void {
  const flows = program.command("flows").description("open and close the flow inspector")

  addJsonOption(flows.command("link"))
    .description("print a link that opens the flow inspector in one browser; it works once, for ten minutes")
    .action(action(link))

  addYesOption(addJsonOption(flows.command("close")))
    .description("sign all operators out and invalidate unused links")
    .action(action(close))
}

async function link(): Promise<Answer> {
  const { url, expiresAt } = await createOperatorLink()
  return {
    json: { url, expires_at: toSeconds(expiresAt) },
    text: `${url}\nWorks once, until ${toText(expiresAt)}, on a server running with FLOW_INSPECTOR=on.`,
  }
}

async function close(options: { yes?: boolean; json?: boolean }): Promise<Answer> {
  await confirm("Sign all operators out of the flow inspector and invalidate unused links?", options)
  const closed = await closeInspector()
  return {
    json: { closed },
    text: `Closed the flow inspector for ${plural(closed, "browser")} and invalidated unused links.`,
  }
}
