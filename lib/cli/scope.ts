import type { Command } from "commander"
import { type DescribedScope, describeScopes, listDescribedScopes } from "@/lib/clients/scope-descriptions"
import { deleteScopeDescription, saveScopeDescription } from "@/lib/data/scope-descriptions"
import { OperatorError } from "@/lib/operator-errors"
import { isDisplayName } from "@/lib/protocol/display-name"
import { isScopeToken } from "@/lib/protocol/scope"
import { type Answer, action, addYesOption } from "./action"
import { confirm } from "./confirm"
import { formatRecord, formatTable } from "./text"

type Options = { json?: boolean }

export function addScopeCommands(program: Command): void {
  const scope = program.command("scope").description("describe scopes on the consent page")
  const add = (usage: string, description: string) =>
    scope.command(usage).description(description).option("--json", "print one JSON object")

  add("list", "list the scopes with their descriptions").action(action(list))
  add(
    "describe <scope> <text>",
    'set what the consent page shows for a scope; it follows "... will be able to:", for example "Read your invoices"',
  ).action(action(setDescription))
  addYesOption(
    add("reset <scope>", "remove a description: the page shows the built-in text again, or the scope's name"),
  ).action(action(resetDescription))
}

async function list(_options: Options): Promise<Answer> {
  const scopes = await listDescribedScopes()
  return {
    json: { scopes },
    text: formatTable(
      ["SCOPE", "DESCRIPTION", "SOURCE"],
      scopes.map(({ scope, description, source }) => [scope, description ?? "(shown by its name)", source ?? ""]),
      "",
    ),
  }
}

export async function setDescription(scope: string, text: string, _options: Options): Promise<Answer> {
  const description = text.trim()
  if (!isScopeToken(scope)) {
    throw new OperatorError(`${JSON.stringify(scope)} is not a scope. A scope has no spaces, quotes or backslashes.`)
  }
  if (scope === "openid") {
    throw new OperatorError("The consent page does not list openid, so it needs no description.")
  }
  if (!isDisplayName(description)) {
    throw new OperatorError("The description cannot be used. Write 1 to 100 characters on one line.")
  }
  await saveScopeDescription({ scope, description })
  return show(scope)
}

export async function resetDescription(scope: string, options: Options & { yes?: boolean }): Promise<Answer> {
  await confirm(`Remove the description of the scope ${scope}?`, options)
  if (!(await deleteScopeDescription(scope))) {
    throw new OperatorError(
      `No description is set for the scope ${scope}. List them with: npm run -s cli -- scope list`,
    )
  }
  return show(scope)
}

async function show(scope: string): Promise<Answer> {
  const [described = { scope, description: null, source: null } satisfies DescribedScope] = await describeScopes([
    scope,
  ])
  return { json: described, text: formatRecord(described) }
}
