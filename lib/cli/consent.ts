import type { Command } from "commander"
import { disconnect, listApps } from "@/lib/accounts/connected-apps"
import { byOperator } from "@/lib/data/audit-events"
import { OperatorError } from "@/lib/operator-errors"
import { type Answer, action, addJsonOption, addYesOption } from "./action"
import { confirm } from "./confirm"
import { formatTable, toSeconds, toText } from "./text"
import { getUser } from "./user"

export function addConsentCommands(program: Command): void {
  const consent = program.command("consent").description("list and revoke what users allowed clients")
  addJsonOption(consent.command("list <user>"))
    .description("list the clients that have access to a user's account")
    .action(action(list))
  addYesOption(addJsonOption(consent.command("revoke <user> <client-id>")))
    .description("end a client's access: the consent and all sessions; its tokens stop working immediately")
    .action(action(revoke))
}

async function list(emailOrSub: string, _options: { json?: boolean }): Promise<Answer> {
  const apps = await listApps((await getUser(emailOrSub)).id)
  return {
    json: {
      consents: apps.map(({ clientId, clientName, scope, since, lastUsedAt }) => ({
        client_id: clientId,
        client_name: clientName,
        scope: scope.join(" "),
        since: toSeconds(since),
        last_used_at: toSeconds(lastUsedAt),
      })),
    },
    text: formatTable(
      ["CLIENT", "NAME", "SINCE", "SCOPE"],
      apps.map(({ clientId, clientName, since, scope }) => [clientId, clientName, toText(since), scope.join(" ")]),
      "No client has access.",
    ),
  }
}

async function revoke(
  emailOrSub: string,
  clientId: string,
  options: { yes?: boolean; json?: boolean },
): Promise<Answer> {
  const { id, email } = await getUser(emailOrSub)
  await confirm(`End the access of the client ${clientId} to the account of ${email}?`, options)
  const name = await disconnect(id, clientId, byOperator)
  if (name === null) {
    throw new OperatorError(
      `The client ${clientId} has no access to the account of ${email}. List the clients that have: npm run -s cli -- consent list ${email}`,
    )
  }
  return {
    json: { sub: id, client_id: clientId, revoked: true },
    text: `Ended the access of ${name} to the account of ${email}.`,
  }
}
