import {
  type Client,
  findClient,
  type GrantType,
  type IdTokenAlg,
  insertClient,
  type TokenEndpointAuthMethod,
  updateClient,
} from "@/lib/data/clients"
import { isDisplayName } from "@/lib/protocol/display-name"
import { OAuthError } from "@/lib/protocol/errors"
import { generateId, generateToken, hashToken } from "@/lib/protocol/random"
import { findOrigin, findRedirectUriProblem } from "@/lib/protocol/redirect-uri"
import { parseResources } from "@/lib/protocol/resource"
import { parseScope, standardScopes } from "@/lib/protocol/scope"

/** What a client is registered with: RFC 7591 section 2 in this project's spelling, and what only the operator sets. */
export type ClientMetadata = {
  clientName: string
  redirectUris: string[]
  postLogoutRedirectUris?: string[]
  tokenEndpointAuthMethod?: string
  grantTypes?: string[]
  scope?: string
  idTokenSignedResponseAlg?: string
  firstParty?: boolean
  resourceServer?: boolean
  resources?: string[]
  requirePkce?: boolean
}

const authMethods: readonly string[] = [
  "client_secret_basic",
  "client_secret_post",
  "none",
] satisfies TokenEndpointAuthMethod[]
const grantTypes: readonly string[] = ["authorization_code", "refresh_token"] satisfies GrantType[]
const idTokenAlgs: readonly string[] = ["RS256", "ES256"] satisfies IdTokenAlg[]

/**
 * Registers a client.
 * @returns the client, and its secret, which nobody can read again; null for a public client
 * @throws OAuthError invalid_client_metadata or invalid_redirect_uri, RFC 7591 section 3.2.2
 */
export async function registerClient(
  metadata: ClientMetadata,
  clientId = generateId(),
): Promise<{ client: Client; clientSecret: string | null }> {
  const facts = validateMetadata(metadata)
  const clientSecret = facts.tokenEndpointAuthMethod === "none" ? null : generateToken()
  const client = await insertClient({ clientId, ...facts, clientSecretHash: clientSecret && hashToken(clientSecret) })
  return { client, clientSecret }
}

/** How often a change is checked again because the client was changed in the meantime. */
const maxRounds = 20

/**
 * Changes a client's metadata. Public stays public and confidential stays confidential: a secret appears or goes only
 * with a new registration.
 * @returns null when there is no such client
 * @throws OAuthError as `registerClient`
 */
export async function changeClient(clientId: string, changes: Partial<ClientMetadata>): Promise<Client | null> {
  const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined))
  for (let round = 0; round < maxRounds; round++) {
    const client = await findClient(clientId)
    if (!client) return null
    const facts = validateMetadata({ ...client, scope: client.scope.join(" "), ...given })
    if ((facts.tokenEndpointAuthMethod === "none") !== (client.tokenEndpointAuthMethod === "none")) {
      throw invalidMetadata("a public client cannot become confidential, nor the reverse: register a new client")
    }
    // The rules hold for the whole of a client, so after another change all of them are checked again.
    const changed = await updateClient(clientId, facts, client)
    if (changed) return changed
  }
  throw new Error(`the client ${clientId} was changed by others ${maxRounds} times`)
}

/** Gives a confidential client a new secret in place of the old. @returns null when there is no such confidential client */
export async function rotateClientSecret(clientId: string): Promise<string | null> {
  const client = await findClient(clientId)
  if (!client || client.tokenEndpointAuthMethod === "none") return null
  const clientSecret = generateToken()
  await updateClient(clientId, { clientSecretHash: hashToken(clientSecret) })
  return clientSecret
}

/** A client in the field names of RFC 7591 section 2. It holds no secret. */
export function toClientMetadata(client: Client) {
  return {
    client_id: client.clientId,
    client_id_issued_at: Math.floor(client.createdAt.getTime() / 1000),
    client_name: client.clientName,
    redirect_uris: client.redirectUris,
    post_logout_redirect_uris: client.postLogoutRedirectUris,
    token_endpoint_auth_method: client.tokenEndpointAuthMethod,
    grant_types: client.grantTypes,
    response_types: ["code"],
    scope: client.scope.join(" "),
    id_token_signed_response_alg: client.idTokenSignedResponseAlg,
    first_party: client.firstParty,
    resource_server: client.resourceServer,
    resources: client.resources,
    require_pkce: client.requirePkce,
  }
}

const invalidMetadata = (description: string) =>
  new OAuthError("invalid_client_metadata", description, "metadata_invalid")

function oneOf<T extends string>(field: string, value: string, allowed: readonly string[]): T {
  if (!allowed.includes(value)) throw invalidMetadata(`${field} must be one of ${allowed.join(", ")}`)
  return value as T
}

function validateUris(field: string, uris: string[]): string[] {
  for (const uri of uris) {
    const problem = findRedirectUriProblem(uri)
    if (problem) {
      // What an error_description may hold is less than what somebody may send.
      const shown = uri.replace(/[^\x21\x23-\x5b\x5d-\x7e]/g, "?").slice(0, 200)
      throw new OAuthError("invalid_redirect_uri", `the ${field} '${shown}' ${problem}`, "metadata_invalid")
    }
  }
  return [...new Set(uris)]
}

function validateMetadata(metadata: ClientMetadata): Omit<Client, "clientId" | "createdAt" | "clientSecretHash"> {
  const clientName = metadata.clientName.trim()
  if (!isDisplayName(clientName)) {
    throw invalidMetadata(
      "client_name must have 1 to 100 characters on one line, without control or invisible characters",
    )
  }
  const method = oneOf<TokenEndpointAuthMethod>(
    "token_endpoint_auth_method",
    metadata.tokenEndpointAuthMethod ?? "client_secret_basic",
    authMethods,
  )
  const grants = (metadata.grantTypes ?? ["authorization_code", "refresh_token"]).map((grant) =>
    oneOf<GrantType>("grant_types", grant, grantTypes),
  )
  if (!metadata.resourceServer && metadata.redirectUris.length === 0) {
    throw new OAuthError("invalid_redirect_uri", "at least one redirect URI is needed", "metadata_invalid")
  }
  if (metadata.resourceServer && method === "none") {
    throw invalidMetadata("a resource server must be confidential: it introspects other clients' tokens")
  }
  const redirectUris = validateUris("redirect URI", metadata.redirectUris)
  const scope = validateScope(metadata.scope ?? standardScopes.join(" "))
  const requirePkce = metadata.requirePkce ?? true
  if (!requirePkce && (method === "none" || !scope.includes("openid"))) {
    throw invalidMetadata("only a confidential client with the scope openid can be exempted from PKCE")
  }
  return {
    clientName,
    tokenEndpointAuthMethod: method,
    redirectUris,
    postLogoutRedirectUris: validateUris("post-logout redirect URI", metadata.postLogoutRedirectUris ?? []),
    origins: method === "none" ? [...new Set(redirectUris.flatMap((uri) => findOrigin(uri) ?? []))] : [],
    grantTypes: [...new Set(grants)],
    scope,
    idTokenSignedResponseAlg: oneOf<IdTokenAlg>(
      "id_token_signed_response_alg",
      metadata.idTokenSignedResponseAlg ?? "RS256",
      idTokenAlgs,
    ),
    firstParty: metadata.firstParty ?? false,
    resourceServer: metadata.resourceServer ?? false,
    resources: validateResources(metadata.resources ?? []),
    requirePkce,
  }
}

/** Characters: a request that names no scope gets all of it. */
const maxScopeLength = 1024

function validateScope(scope: string): string[] {
  if (scope.length > maxScopeLength) throw invalidMetadata(`scope may have ${maxScopeLength} characters`)
  try {
    return parseScope(scope)
  } catch {
    throw invalidMetadata("scope must be a space-separated list of scope values")
  }
}

function validateResources(resources: string[]): string[] {
  try {
    return parseResources(resources)
  } catch {
    throw invalidMetadata("resources must be at most 8 absolute URIs without a fragment (RFC 8707)")
  }
}
