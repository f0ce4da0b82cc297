import type { Command } from "commander"
import { addProvider, listAllProviders, providerCallbackUri, removeProvider } from "@/lib/accounts/providers"
import type { Provider } from "@/lib/data/providers"
import { OperatorError } from "@/lib/operator-errors"
import { type Answer, action, addJsonOption, addYesOption, throwNotFound, UsageError } from "./action"
import { confirm } from "./confirm"
import { readPassword } from "./password"
import { formatRecord, formatTable, toSeconds } from "./text"

type Options = {
  name: string
  issuer?: string
  github?: boolean
  clientId: string
  clientSecretStdin?: boolean
  json?: boolean
}

export function addProviderCommands(program: Command): void {
  const provider = program.command("provider").description("manage other providers that people can sign in with")

  addJsonOption(provider.command("add <id>"))
    .description("add an OpenID Provider, or GitHub; register the printed redirect URI there")
    .requiredOption("--name <name>", "the name on the button, such as Google")
    .option("--issuer <url>", "the issuer, such as https://accounts.google.com")
    .option("--github", "GitHub; --issuer is for GitHub Enterprise")
    .requiredOption("--client-id <id>", "the client ID that the provider gave to this server")
    .option("--client-secret-stdin", "read the client secret from the first line of standard input")
    .action(action(add))
  addJsonOption(provider.command("list")).description("list the providers").action(action(list))
  addYesOption(addJsonOption(provider.command("remove <id>")))
    .description("remove a provider with all links to it; the users stay")
    .action(action(remove))
}

async function add(id: string, { name, issuer, github, clientId, clientSecretStdin }: Options): Promise<Answer> {
  if (!issuer && !github) throw new UsageError("Give the provider's --issuer, or --github.")
  const clientSecret = clientSecretStdin ? await readPassword(true) : null
  const kind = github ? "github" : "oidc"
  const problem = await addProvider({ id, name, kind, issuer: issuer ?? null, clientId, clientSecret })
  if (problem) throw new OperatorError(problem)
  const redirectUri = providerCallbackUri()
  return {
    json: { id, redirect_uri: redirectUri },
    text: formatRecord({ id, name, "redirect URI to register there": redirectUri }),
  }
}

async function list(_options: { json?: boolean }): Promise<Answer> {
  const providers = await listAllProviders()
  return {
    json: { providers: providers.map(toJson) },
    text: formatTable(
      ["ID", "NAME", "KIND", "ISSUER", "CLIENT ID"],
      providers.map(({ id, name, kind, issuer, clientId }) => [id, name, kind, issuer, clientId]),
      "No providers.",
    ),
  }
}

async function remove(id: string, options: { yes?: boolean; json?: boolean }): Promise<Answer> {
  await confirm(`Remove the provider ${id} and all links to it?`, options)
  if (!(await removeProvider(id))) throwNotFound("provider", id)
  return { json: { id, removed: true }, text: `Removed the provider ${id}.` }
}

const toJson = ({ id, name, kind, issuer, clientId, createdAt }: Provider) => ({
  id,
  name,
  kind,
  issuer,
  client_id: clientId,
  created_at: toSeconds(createdAt),
})
