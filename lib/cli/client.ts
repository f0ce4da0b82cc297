import { readFileSync } from "node:fs"
import { type Command, InvalidArgumentError } from "commander"
import { toClientMetadata } from "@/lib/clients/client-metadata"
import { tokenExchangeGrant } from "@/lib/clients/grant-types"
import { issueInitialAccessToken } from "@/lib/clients/initial-access-token"
import type { ClientMetadata } from "@/lib/clients/metadata"
import { changeClient, registerClient, rotateClientSecret } from "@/lib/clients/registration"
import { byOperator } from "@/lib/data/audit-events"
import { type Client, deleteClient, findClient, listClients } from "@/lib/data/clients"
import { OperatorError } from "@/lib/operator-errors"
import { deviceCodeGrant } from "@/lib/sessions/device-code"
import { type Answer, action, addJsonOption, addYesOption, throwNotFound, UsageError } from "./action"
import { confirm } from "./confirm"
import { formatRecord, formatTable, plural } from "./text"

type Options = {
  name?: string
  redirectUri?: string[]
  anyScheme?: boolean
  public?: boolean
  firstParty?: boolean
  resourceServer?: boolean
  resource?: string[]
  scope?: string
  strictScope?: boolean
  tokenEndpointAuthMethod?: string
  tokenEndpointAuthSigningAlg?: string
  grantType?: string[]
  postLogoutRedirectUri?: string[]
  jwksFile?: string
  jwksUri?: string
  backchannelLogoutUri?: string
  logoUri?: string
  clientUri?: string
  policyUri?: string
  tosUri?: string
  idTokenSignedResponseAlg?: string
  idTokenScopeClaims?: boolean
  userinfoSignedResponseAlg?: string
  pkce?: boolean
  requirePar?: boolean
  requireSecondFactor?: boolean
  dpop?: boolean
  json?: boolean
}

type TokenOptions = { hours: number; reusable?: boolean; json?: boolean }

type ConfirmOptions = { yes?: boolean; json?: boolean }

export function addClientCommands(program: Command): void {
  const client = program.command("client").description("register and manage clients")

  addMetadataOptions(client.command("create").description("register a client and show its secret once"))
    .requiredOption("--name <name>", "the name on the consent page")
    .option("--public", "a client that can't keep a secret: a browser or native app")
    .option("--first-party", "skip the consent page")
    .option("--resource-server", "may introspect access tokens issued for it")
    .option("--strict-scope", "refuse requests for scopes that are not registered, instead of granting the others")
    .option("--require-par", "accept only authorization requests that were pushed to /par")
    .option("--require-second-factor", "let users authorize it only after a sign-in with a second factor")
    .option("--dpop", "issue only tokens that are bound to a key of the client (RFC 9449)")
    .option("--no-id-token-scope-claims", "leave name, email and others out of ID tokens; the client reads userinfo")
    .option("--no-pkce", "allow a confidential OpenID client to skip PKCE (needed only by certification suites)")
    .action(action(create))

  addJsonOption(client.command("list")).description("list all clients").action(action(list))

  addJsonOption(client.command("show <client-id>")).description("show a client's metadata").action(action(show))

  addMetadataOptions(
    client.command("update <client-id>").description("change a client; fields that you do not name stay as they are"),
  )
    .option("--name <name>", "the name on the consent page")
    .option("--first-party", "skip the consent page")
    .option("--no-first-party", "show the consent page")
    .option("--resource-server", "may introspect access tokens issued for it")
    .option("--no-resource-server", "may introspect only its own tokens")
    .option("--strict-scope", "refuse requests for scopes that are not registered")
    .option("--no-strict-scope", "grant the registered scopes of a request, and ignore the others")
    .option("--require-par", "accept only authorization requests that were pushed to /par")
    .option("--require-second-factor", "let users authorize it only after a sign-in with a second factor")
    .option("--no-require-par", "accept all authorization requests")
    .option("--no-require-second-factor", "accept sign-ins with a password alone")
    .option("--dpop", "issue only tokens that are bound to a key of the client (RFC 9449)")
    .option("--no-dpop", "issue bearer tokens too")
    .option("--id-token-scope-claims", "put the claims of the granted scopes into ID tokens")
    .option("--no-id-token-scope-claims", "leave them out; the client reads userinfo")
    .option("--pkce", "require PKCE")
    .option("--no-pkce", "allow a confidential OpenID client to skip PKCE (needed only by certification suites)")
    .action(action(update))

  addYesOption(addJsonOption(client.command("delete <client-id>")))
    .description("delete a client with its sessions and consents")
    .action(action(remove))

  addYesOption(addJsonOption(client.command("rotate-secret <client-id>")))
    .description("create a new secret and show it once; the old one stops working immediately")
    .action(action(rotateSecret))

  addJsonOption(client.command("registration-token"))
    .description("create an initial access token, with which a client can register itself at /register")
    .option("--hours <n>", "how long it is valid", parseHours, 24)
    .option("--reusable", "can register any number of clients")
    .action(action(createRegistrationToken))
}

function parseHours(value: string): number {
  if (!/^[1-9]\d{0,3}$/.test(value)) throw new InvalidArgumentError("Use a number from 1 to 9999")
  return Number(value)
}

function addMetadataOptions(command: Command): Command {
  return addJsonOption(command)
    .option("--redirect-uri <uri...>", "where authorization responses may be sent; repeatable")
    .option("--any-scheme", "allow redirect URIs like vscode://app/callback; the consent page warns about other apps")
    .option("--post-logout-redirect-uri <uri...>", "where the browser may go after signing out; repeatable")
    .option("--backchannel-logout-uri <uri>", 'where logout tokens are sent when the user signs out; "" for none')
    .option("--scope <scope>", "the scopes that the client may request, separated by spaces")
    .option(
      "--grant-type <type...>",
      "authorization_code, refresh_token, client_credentials, device_code, token_exchange; repeatable",
    )
    .option(
      "--token-endpoint-auth-method <method>",
      "client_secret_basic, client_secret_post, client_secret (either, the default), private_key_jwt or none",
    )
    .option(
      "--token-endpoint-auth-signing-alg <alg>",
      'the only algorithm of assertions, for private_key_jwt, such as PS256; "" for any (the default)',
    )
    .option("--jwks-file <file>", "the client's public keys as a JWK Set, for private_key_jwt")
    .option("--logo-uri <uri>", 'the logo on the consent page, which this server fetches; "" removes it')
    .option("--client-uri <uri>", "the client's website, linked on the consent page")
    .option("--policy-uri <uri>", "the client's privacy policy, linked on the consent page")
    .option("--tos-uri <uri>", "the client's terms of service, linked on the consent page")
    .option("--jwks-uri <uri>", "where the client publishes its keys, for private_key_jwt")
    .option("--id-token-signed-response-alg <alg>", "RS256 or ES256")
    .option("--userinfo-signed-response-alg <alg>", 'RS256 or ES256 for signed userinfo; "" for JSON (the default)')
    .option("--resource <uri...>", "resource identifiers (audiences) of the resource server (RFC 8707); repeatable")
}

/** Short names for the grant types that are URNs. */
const grantAliases = new Map([
  ["device_code", deviceCodeGrant],
  ["token_exchange", tokenExchangeGrant],
])

function toMetadata(options: Options): Partial<ClientMetadata> {
  const metadata: Partial<ClientMetadata> = {
    clientName: options.name,
    redirectUris: options.redirectUri,
    anyScheme: options.redirectUri && options.anyScheme,
    postLogoutRedirectUris: options.postLogoutRedirectUri,
    backchannelLogoutUri: options.backchannelLogoutUri,
    logoUri: options.logoUri,
    clientUri: options.clientUri,
    policyUri: options.policyUri,
    tosUri: options.tosUri,
    tokenEndpointAuthMethod: options.public ? "none" : options.tokenEndpointAuthMethod,
    tokenEndpointAuthSigningAlg: options.tokenEndpointAuthSigningAlg,
    jwks: options.jwksFile && readTextFile(options.jwksFile),
    jwksUri: options.jwksUri,
    grantTypes: options.grantType?.map((type) => grantAliases.get(type) ?? type),
    scope: options.scope,
    strictScope: options.strictScope,
    idTokenSignedResponseAlg: options.idTokenSignedResponseAlg,
    idTokenScopeClaims: options.idTokenScopeClaims,
    userinfoSignedResponseAlg: options.userinfoSignedResponseAlg,
    firstParty: options.firstParty,
    resourceServer: options.resourceServer,
    resources: options.resource,
    requirePkce: options.pkce,
    requirePushedRequests: options.requirePar,
    requireSecondFactor: options.requireSecondFactor,
    dpopBoundAccessTokens: options.dpop,
  }
  return Object.fromEntries(Object.entries(metadata).filter(([, value]) => value !== undefined))
}

/** @throws OperatorError when it cannot be read */
function readTextFile(file: string): string {
  try {
    return readFileSync(file, "utf8")
  } catch {
    throw new OperatorError(`The file ${file} cannot be read. Check its name and its permissions.`)
  }
}

async function create(options: Options): Promise<Answer> {
  if (options.public && (options.tokenEndpointAuthMethod ?? "none") !== "none") {
    throw new UsageError("--public means --token-endpoint-auth-method none. Remove one of the two.")
  }
  if (options.resource && !options.resourceServer) {
    throw new UsageError("--resource is for resource servers. Add --resource-server, or remove --resource.")
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
      "No clients yet. Register one with: npm run -s cli -- client create",
    ),
  }
}

async function show(clientId: string, _options: Options): Promise<Answer> {
  return answer(toClientMetadata(await getClient(clientId)))
}

/** @throws OperatorError when there is no client with this ID */
async function getClient(clientId: string): Promise<Client> {
  return (await findClient(clientId)) ?? throwNotFound("client", clientId)
}

async function update(clientId: string, options: Options): Promise<Answer> {
  const changes = toMetadata(options)
  if (Object.keys(changes).length === 0) {
    throw new UsageError("No change given. Run with --help for usage.")
  }
  const client = (await changeClient(clientId, changes)) ?? throwNotFound("client", clientId)
  return answer(toClientMetadata(client))
}

async function remove(clientId: string, options: ConfirmOptions): Promise<Answer> {
  const { clientName } = await getClient(clientId)
  await confirm(`Delete the client ${clientName} (${clientId}) with its sessions and consents?`, options)
  if (!(await deleteClient(clientId, byOperator))) throwNotFound("client", clientId)
  return { json: { client_id: clientId, deleted: true }, text: `Deleted the client ${clientName} (${clientId}).` }
}

async function rotateSecret(clientId: string, options: ConfirmOptions): Promise<Answer> {
  const { clientName, clientSecretHash } = await getClient(clientId)
  if (!clientSecretHash) {
    throw new OperatorError(`The client ${clientId} has no secret. Register a new client with a secret instead.`)
  }
  await confirm(`Replace the secret of ${clientName} (${clientId})? The old one stops working immediately.`, options)
  const secret = (await rotateClientSecret(clientId)) ?? throwNotFound("client", clientId)
  return withSecret({ client_id: clientId }, secret)
}

async function createRegistrationToken({ hours, reusable = false }: TokenOptions): Promise<Answer> {
  const token = await issueInitialAccessToken({ seconds: hours * 60 * 60, reusable })
  const scope = reusable ? "any number of clients" : "one client"
  const text = `${token}\n\nValid for ${plural(hours, "hour")}, for ${scope}. Send it to /register in the header Authorization: Bearer <token>. The server needs REGISTRATION=token or open.`
  return { json: { initial_access_token: token, expires_in: hours * 60 * 60, reusable }, text }
}

const answer = (record: object): Answer => ({ json: record, text: formatRecord({ ...record }) })

/** RFC 7591 section 3.2.1: a response with a secret contains when it expires; 0 means never. */
function withSecret(record: object, secret: string | null): Answer {
  if (!secret) return answer(record)
  const json = { ...record, client_secret: secret, client_secret_expires_at: 0 }
  const note = "Save the secret now. Only its hash is stored, so it cannot be shown again."
  return { json, text: `${formatRecord({ ...record, client_secret: secret })}\n\n${note}` }
}
