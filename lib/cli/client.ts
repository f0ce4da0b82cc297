import type { Command } from "commander"
import { type ClientMetadata, toClientMetadata } from "@/lib/clients/metadata"
import { changeClient, registerClient, rotateClientSecret } from "@/lib/clients/registration"
import { deleteClient, findClient, listClients } from "@/lib/data/clients"
import { OperatorError } from "@/lib/operator-errors"
import { type Answer, action, missing } from "./action"
import { formatRecord, formatTable } from "./text"

type Options = {
  name?: string
  redirectUri?: string[]
  public?: boolean
  firstParty?: boolean
  resourceServer?: boolean
  resource?: string[]
  scope?: string
  tokenEndpointAuthMethod?: string
  grantType?: string[]
  postLogoutRedirectUri?: string[]
  idTokenSignedResponseAlg?: string
  pkce?: boolean
  json?: boolean
}

export function addClientCommands(program: Command): void {
  const client = program.command("client").description("register and change clients")

  addMetadataOptions(client.command("create").description("register a client and show its secret, once"))
    .requiredOption("--name <name>", "the name that people see when they are asked for their consent")
    .option("--public", "a client that can keep no secret: a browser or native program")
    .option("--first-party", "do not ask people for their consent")
    .option("--resource-server", "may introspect the access tokens that are meant for it")
    .option("--no-pkce", "let a confidential OpenID client come without PKCE, which a certification suite needs")
    .action(action(create))

  client.command("list").description("list all clients").option("--json", jsonHelp).action(action(list))

  client
    .command("show <client-id>")
    .description("show a client's metadata")
    .option("--json", jsonHelp)
    .action(action(show))

  addMetadataOptions(client.command("update <client-id>").description("change what the options name, and nothing else"))
    .option("--name <name>", "the name that people see when they are asked for their consent")
    .option("--first-party", "do not ask people for their consent")
    .option("--no-first-party", "ask people for their consent")
    .option("--resource-server", "may introspect the access tokens that are meant for it")
    .option("--no-resource-server", "may introspect its own tokens only")
    .option("--pkce", "require PKCE")
    .option("--no-pkce", "let a confidential OpenID client come without PKCE, which a certification suite needs")
    .action(action(update))

  client
    .command("delete <client-id>")
    .description("delete a client with its Sessions and consents")
    .option("--json", jsonHelp)
    .action(action(remove))

  client
    .command("rotate-secret <client-id>")
    .description("give a client a new secret and show it, once; the old one ends now")
    .option("--json", jsonHelp)
    .action(action(rotateSecret))
}

const jsonHelp = "print one JSON object"

function addMetadataOptions(command: Command): Command {
  return command
    .option("--redirect-uri <uri...>", "where authorization responses may go; repeatable")
    .option("--post-logout-redirect-uri <uri...>", "where the browser may go after signing out; repeatable")
    .option("--scope <scope>", "the scopes that the client may ask for, separated by spaces")
    .option("--grant-type <type...>", "authorization_code, refresh_token; repeatable")
    .option("--token-endpoint-auth-method <method>", "client_secret_basic, client_secret_post or none")
    .option("--id-token-signed-response-alg <alg>", "RS256 or ES256")
    .option("--resource <uri...>", "what a resource server answers to (RFC 8707); repeatable")
    .option("--json", jsonHelp)
}

function toMetadata(options: Options): Partial<ClientMetadata> {
  const metadata: Partial<ClientMetadata> = {
    clientName: options.name,
    redirectUris: options.redirectUri,
    postLogoutRedirectUris: options.postLogoutRedirectUri,
    tokenEndpointAuthMethod: options.public ? "none" : options.tokenEndpointAuthMethod,
    grantTypes: options.grantType,
    scope: options.scope,
    idTokenSignedResponseAlg: options.idTokenSignedResponseAlg,
    firstParty: options.firstParty,
    resourceServer: options.resourceServer,
    resources: options.resource,
    requirePkce: options.pkce,
  }
  return Object.fromEntries(Object.entries(metadata).filter(([, value]) => value !== undefined))
}

async function create(options: Options): Promise<Answer> {
  if (options.public && (options.tokenEndpointAuthMethod ?? "none") !== "none") {
    throw new OperatorError("--public means --token-endpoint-auth-method none. Leave one of the two out.")
  }
  if (options.resource && !options.resourceServer) {
    throw new OperatorError("--resource is for a resource server. Add --resource-server, or leave it out.")
  }
  const metadata = { clientName: "", redirectUris: [], ...toMetadata(options) }
  const { client, clientSecret } = await registerClient(metadata)
  return withSecret(toClientMetadata(client), clientSecret)
}

async function list(_options: Options): Promise<Answer> {
  const clients = await listClients()
  const rows = clients.map(({ clientId, clientName, tokenEndpointAuthMethod, redirectUris }) => [
    clientId,
    clientName,
    tokenEndpointAuthMethod,
    redirectUris.join(" "),
  ])
  return {
    json: { clients: clients.map(toClientMetadata) },
    text: formatTable(
      ["CLIENT ID", "NAME", "AUTH METHOD", "REDIRECT URIS"],
      rows,
      'There are no clients yet. "client create" registers one.',
    ),
  }
}

async function show(clientId: string, _options: Options): Promise<Answer> {
  const client = (await findClient(clientId)) ?? missing("client", clientId)
  return answer(toClientMetadata(client))
}

async function update(clientId: string, options: Options): Promise<Answer> {
  const changes = toMetadata(options)
  if (Object.keys(changes).length === 0) {
    throw new OperatorError("Nothing to change was named. Add --help to see what can be changed.")
  }
  const client = (await changeClient(clientId, changes)) ?? missing("client", clientId)
  return answer(toClientMetadata(client))
}

async function remove(clientId: string, _options: Options): Promise<Answer> {
  if (!(await deleteClient(clientId))) missing("client", clientId)
  return { json: { client_id: clientId, deleted: true }, text: `Deleted the client ${clientId}.` }
}

async function rotateSecret(clientId: string, _options: Options): Promise<Answer> {
  const secret = await rotateClientSecret(clientId)
  if (secret) return withSecret({ client_id: clientId }, secret)
  if (!(await findClient(clientId))) missing("client", clientId)
  throw new OperatorError(`The client ${clientId} is public and has no secret. Register a confidential one instead.`)
}

const answer = (record: object): Answer => ({ json: record, text: formatRecord({ ...record }) })

/** RFC 7591 section 3.2.1: whoever is told a secret is told when it ends; 0 is never. */
function withSecret(record: object, secret: string | null): Answer {
  if (!secret) return answer(record)
  const json = { ...record, client_secret: secret, client_secret_expires_at: 0 }
  const note = "Keep the secret now: it is stored as a hash only, and nobody can show it again."
  return { json, text: `${formatRecord({ ...record, client_secret: secret })}\n\n${note}` }
}
