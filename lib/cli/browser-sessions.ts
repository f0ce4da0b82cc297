import type { Command } from "commander"
import { endBrowsers, listBrowsers, type SignedInBrowser } from "@/lib/accounts/browsers"
import { currentTime } from "@/lib/clock"
import { byOperator } from "@/lib/data/audit-events"
import { deleteBrowserSessionsBefore } from "@/lib/data/end-before"
import { OperatorError } from "@/lib/operator-errors"
import { type Answer, action, addJsonOption, addYesOption, UsageError } from "./action"
import { confirm } from "./confirm"
import { formatTable, plural, toSeconds, toText } from "./text"
import { parseAllBefore } from "./time"
import { getUser } from "./user"

type EndOptions = { all?: boolean; before?: string; yes?: boolean; json?: boolean }

export function addBrowserSessionCommands(program: Command): void {
  const sessions = program.command("browser-sessions").description("list and end the sign-ins of users in browsers")
  addJsonOption(sessions.command("list <user>"))
    .description("list the browsers in which a user is signed in")
    .action(action(list))
  addYesOption(addJsonOption(sessions.command("end [user] [id]")))
    .description(
      "sign a user out of one browser, or of all when no ID is given; or all users who signed in before a time",
    )
    .option("--all", "all users, in every browser where they signed in before --before")
    .option("--before <time>", "a time such as 2026-11-01T08:00:00Z")
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
      "The user is not signed in anywhere.",
    ),
  }
}

async function end(
  emailOrSub: string | undefined,
  id: string | undefined,
  { all, before, ...options }: EndOptions,
): Promise<Answer> {
  const isAll = all !== undefined || before !== undefined
  if ((emailOrSub === undefined) !== isAll) throw new UsageError("Give a user, or --all with --before.")
  if (emailOrSub === undefined) return endAll(parseAllBefore({ all, before }), options)
  const user = await getUser(emailOrSub)
  await confirm(`Sign ${user.email} out of ${id ? `the browser ${id}` : "all browsers"}?`, options)
  const ended = await endBrowsers(user.id, id ?? "others", { current: null, source: byOperator })
  if (id && ended === 0)
    throw new OperatorError(
      `The user has no browser session ${id}. List them with: npm run -s cli -- browser-sessions list ${user.email}`,
    )
  return { json: { sub: user.id, ended }, text: `Signed ${user.email} out of ${plural(ended, "browser")}.` }
}

async function endAll(before: Date, options: { yes?: boolean }): Promise<Answer> {
  await confirm(`Sign all users out in every browser where they signed in before ${toText(before)}?`, options)
  const ended = await deleteBrowserSessionsBefore(before, currentTime(), byOperator)
  return { json: { ended }, text: `Ended ${plural(ended, "browser session")} from before ${toText(before)}.` }
}
