import type { Command } from "commander"
import { endBrowsers, listBrowsers, type SignedInBrowser } from "@/lib/accounts/browsers"
import { byOperator } from "@/lib/data/audit-events"
import { OperatorError } from "@/lib/operator-errors"
import { type Answer, action, addJsonOption, addYesOption } from "./action"
import { confirm } from "./confirm"
import { formatTable, toSeconds, toText } from "./text"
import { getUser } from "./user"

export function addBrowserSessionCommands(program: Command): void {
  const sessions = program.command("browser-sessions").description("list and end the sign-ins of users in browsers")
  addJsonOption(sessions.command("list <user>"))
    .description("list the browsers in which a user is signed in")
    .action(action(list))
  addYesOption(addJsonOption(sessions.command("end <user> [id]")))
    .description("sign a user out in one browser, or in all without an ID")
    .action(action(end))
}

const toName = ({ browser, os }: SignedInBrowser) => [browser, os].filter(Boolean).join(", ") || "unknown"

async function list(emailOrSub: string, _options: { json?: boolean }): Promise<Answer> {
  const browsers = await listBrowsers((await getUser(emailOrSub)).id, "")
  return {
    json: {
      browser_sessions: browsers.map((one) => ({
        id: one.id,
        browser: one.browser,
        os: one.os,
        signed_in_at: toSeconds(one.signedInAt),
        last_used_at: toSeconds(one.lastUsedAt),
      })),
    },
    text: formatTable(
      ["ID", "BROWSER", "SIGNED IN", "LAST USED"],
      browsers.map((one) => [one.id, toName(one), toText(one.signedInAt), toText(one.lastUsedAt)]),
      "The user is not signed in in any browser.",
    ),
  }
}

async function end(
  emailOrSub: string,
  id: string | undefined,
  options: { yes?: boolean; json?: boolean },
): Promise<Answer> {
  const user = await getUser(emailOrSub)
  await confirm(`Sign ${user.email} out in ${id ? "this browser" : "all browsers"}?`, options)
  const ended = await endBrowsers(user.id, id ?? "others", { current: null, source: byOperator })
  if (id && ended === 0) throw new OperatorError(`The user has no browser session ${id}.`)
  return { json: { sub: user.id, ended }, text: `Signed ${user.email} out in ${ended} browsers.` }
}
