import { timingSafeEqual } from "node:crypto"
import { limitByAddress } from "@/lib/accounts/address-limits"
import { config } from "@/lib/config"
import { type Client, deleteClient, findClient, updateClient } from "@/lib/data/clients"
import { describeParameter, type Facts, fingerprint } from "@/lib/flows/facts"
import type { Flow } from "@/lib/flows/flow"
import { OAuthError } from "@/lib/protocol/errors"
import { generateToken, hashToken } from "@/lib/protocol/random"
import { toClientMetadata } from "./client-metadata"
import { consumeInitialAccessToken, findInitialAccessToken, type InitialAccessToken } from "./initial-access-token"
import { invalidMetadata, validateNewClient } from "./metadata"
import { endConsentsOfOtherHosts } from "./redirect-hosts"
import { ofOperator, registerClient } from "./registration"
import { parseRegistration } from "./registration-request"

/** A client information response, RFC 7591 section 3.2.1 and RFC 7592 section 3. */
type ClientInformation = Record<string, unknown>

/**
 * POST /register, RFC 7591 section 3.1: a client registers itself.
 * @param presented the Bearer token of the request; null for none
 * @throws OAuthError invalid_token, invalid_client_metadata, invalid_redirect_uri; with status 429 after too many
 */
export async function registerItself(
  body: unknown,
  presented: string | null,
  address: string,
  flow: Flow,
): Promise<ClientInformation> {
  if (config().registration === "off") throw registrationOff()
  const initial = await checkAccess(presented)
  // Before the metadata is looked at, and whether or not the client is stored.
  if (!initial) await limitByAddress("registration", address, tooMany)
  flow.step("registration.validates_metadata")
  const metadata = await parseRegistration(body, { isTrusted: initial !== null })
  validateNewClient(metadata)
  flow.step("registration.stores_client")
  if (initial && !(await consumeInitialAccessToken(initial))) throw invalidInitialToken("was used before")
  const registrationToken = generateToken()
  const self = { source: initial ? "token" : "open", registrationTokenHash: hashToken(registrationToken) } as const
  const { client, clientSecret } = await registerClient(metadata, undefined, self, flow.clientSource)
  flow.concerns(client)
  flow.note(() => describeClient(client))
  flow.step("registration.returns_client", () => ({
    client_id: client.clientId,
    client_name: client.clientName,
    ...(clientSecret !== null && { client_secret: fingerprint(clientSecret) }),
    registration_access_token: fingerprint(registrationToken),
  }))
  return {
    ...toInformation(client, registrationToken),
    ...(clientSecret !== null && { client_secret: clientSecret, client_secret_expires_at: 0 }),
  }
}

/** GET /register, RFC 7592 section 2.1. @throws OAuthError invalid_token */
export async function readRegistration(clientId: string | null, token: string, flow: Flow): Promise<ClientInformation> {
  const client = await getOwnClient(clientId, token, flow)
  flow.step("clientConfiguration.returns_result")
  return toInformation(client, token)
}

/**
 * PUT /register, RFC 7592 section 2.2: replaces what the client has registered. Fields that are left out get their defaults.
 * @throws OAuthError invalid_token, invalid_client_metadata, invalid_redirect_uri
 */
export async function replaceRegistration(
  clientId: string | null,
  token: string,
  body: unknown,
  flow: Flow,
): Promise<ClientInformation> {
  const client = await getOwnClient(clientId, token, flow)
  flow.step("clientConfiguration.validates_metadata")
  const metadata = await parseRegistration(body, {
    isTrusted: client.source === "token",
    registeredMethod: client.tokenEndpointAuthMethod,
  })
  // RFC 7592 section 2.2: the request MUST include its client_id, and MUST NOT choose another secret.
  const { client_id, client_secret } = body as Record<string, unknown>
  if (client_id !== client.clientId) throw invalidMetadata("client_id must be this client's ID")
  const isCurrent = typeof client_secret === "string" && hashToken(client_secret) === client.clientSecretHash
  if (client_secret !== undefined && !isCurrent) {
    throw invalidMetadata("client_secret must be the current one, or left out")
  }
  const facts = validateNewClient(metadata)
  flow.step("clientConfiguration.replaces_client")
  await endConsentsOfOtherHosts(client, facts)
  const decide = (current: Client) => ({ ...facts, ...ofOperator(current) })
  const changed = await updateClient(client.clientId, decide, flow.clientSource)
  if (!changed) throw invalidToken("is not valid")
  flow.note(() => describeClient(changed))
  flow.step("clientConfiguration.returns_result")
  return toInformation(changed, token)
}

/** DELETE /register, RFC 7592 section 2.3: the client, its Sessions and consents end. @throws OAuthError invalid_token */
export async function deleteRegistration(clientId: string | null, token: string, flow: Flow): Promise<void> {
  const client = await getOwnClient(clientId, token, flow)
  flow.step("clientConfiguration.deletes_client")
  await deleteClient(client.clientId, flow.clientSource)
  flow.step("clientConfiguration.returns_result")
}

const tooMany = "Too many clients were registered from this address. Try again later, or use an initial access token."

async function checkAccess(presented: string | null): Promise<InitialAccessToken | null> {
  const initial = presented === null ? null : await findInitialAccessToken(presented)
  if (presented !== null && !initial) throw invalidInitialToken("has expired or was altered")
  if (!initial && config().registration !== "open") {
    throw OAuthError.bearer(
      "invalid_token",
      "Registration needs an initial access token. Ask the operator, who creates one with `client registration-token`.",
      "access_token_missing",
    )
  }
  return initial
}

/** RFC 7592 section 2.1: a wrong token and a client that does not exist look the same. */
async function getOwnClient(clientId: string | null, token: string, flow: Flow): Promise<Client> {
  flow.step("clientConfiguration.retrieves_client")
  const client = clientId === null ? null : await findClient(clientId)
  flow.step("clientConfiguration.validates_token")
  const [presented, right] = [Buffer.from(hashToken(token)), Buffer.from(client?.registrationTokenHash ?? "")]
  if (!client || presented.length !== right.length || !timingSafeEqual(presented, right)) {
    throw invalidToken("is not the registration access token of this client")
  }
  flow.concerns(client)
  return client
}

/** What a client has registered, as a step shows it. */
function describeClient(client: Client): Facts {
  const { redirect_uris, grant_types, scope, token_endpoint_auth_method } = toClientMetadata(client)
  const shownUris = redirect_uris.slice(0, 20).map((uri) => describeParameter("redirect_uri", uri))
  return { redirect_uris: shownUris, grant_types, scope, token_endpoint_auth_method }
}

function toInformation(client: Client, registrationToken: string): ClientInformation {
  const query = new URLSearchParams({ client_id: client.clientId })
  return {
    ...toClientMetadata(client),
    registration_access_token: registrationToken,
    registration_client_uri: `${config().issuer}/register?${query}`,
  }
}

const registrationOff = () =>
  new OAuthError(
    "access_denied",
    "Clients cannot register themselves at this server. Ask the operator, who uses `client create` or the setting REGISTRATION.",
    "registration_off",
    { status: 403 },
  )

const invalidToken = (problem: string) =>
  OAuthError.bearer(
    "invalid_token",
    `The access token ${problem}. Register the client again.`,
    "registration_token_invalid",
  )

const invalidInitialToken = (problem: string) =>
  OAuthError.bearer(
    "invalid_token",
    `The initial access token ${problem}. Ask the operator for a new one.`,
    "registration_token_invalid",
  )
