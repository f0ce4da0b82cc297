import { byOperator, type Source } from "@/lib/data/audit-events"
import { type Client, findClient, insertClient, updateClient } from "@/lib/data/clients"
import { generateId, generateToken, hashToken } from "@/lib/protocol/random"
import { type ClientMetadata, invalidMetadata, validateFields, validateNewClient, validateTogether } from "./metadata"

/** How a client that registers itself is stored. */
export type SelfRegistration = Pick<Client, "source" | "registrationTokenHash">

/**
 * Registers a client.
 * @param self for a client that registers itself
 * @returns the client, and its secret, which cannot be read again; null for a client without one
 * @throws OAuthError invalid_client_metadata or invalid_redirect_uri, RFC 7591 section 3.2.2
 */
export async function registerClient(
  metadata: ClientMetadata,
  clientId = generateId(),
  self: SelfRegistration = { source: "operator", registrationTokenHash: null },
  source: Source = byOperator,
): Promise<{ client: Client; clientSecret: string | null }> {
  const facts = validateNewClient(metadata)
  const clientSecret = hasSecret(facts) ? generateToken() : null
  const clientSecretHash = clientSecret && hashToken(clientSecret)
  const client = await insertClient({ clientId, ...facts, ...self, clientSecretHash }, source)
  return { client, clientSecret }
}

/**
 * Changes a client's metadata. A client with a secret keeps one, and the others get none: that changes only with a new
 * registration. Limits apply to the given fields, so that a client of an earlier version can be changed.
 * @returns null when there is no such client
 * @throws OAuthError as `registerClient`
 */
export async function changeClient(clientId: string, changes: Partial<ClientMetadata>): Promise<Client | null> {
  const given = validateFields(changes)
  // Some rules concern several fields, so after another change they are checked again.
  return updateClient(
    clientId,
    (client) => {
      const changed = { ...client, ...given }
      // Before the rules that concern several fields: a change of those would not help.
      if (hasSecret(changed) !== hasSecret(client) || isPublic(changed) !== isPublic(client)) {
        throw invalidMetadata("a client cannot switch between a secret, a key and none: register a new client")
      }
      const facts = validateTogether(changed)
      return { ...given, origins: facts.origins }
    },
    byOperator,
  )
}

type Method = Pick<Client, "tokenEndpointAuthMethod">
const isPublic = ({ tokenEndpointAuthMethod }: Method) => tokenEndpointAuthMethod === "none"
const hasSecret = (client: Method) => !isPublic(client) && client.tokenEndpointAuthMethod !== "private_key_jwt"

/** What only the operator sets: a client that registers or describes itself cannot change it. */
export function ofOperator(stored: Client) {
  const { firstParty, resourceServer, resources, requirePkce, requireSecondFactor, strictScope } = stored
  const { idTokenScopeClaims } = stored
  return { firstParty, resourceServer, resources, requirePkce, requireSecondFactor, strictScope, idTokenScopeClaims }
}

/** Gives a client a new secret in place of the old. @returns null when there is no such client with a secret */
export async function rotateClientSecret(clientId: string): Promise<string | null> {
  const client = await findClient(clientId)
  if (!client || !hasSecret(client)) return null
  const clientSecret = generateToken()
  await updateClient(
    clientId,
    () => ({ clientSecretHash: hashToken(clientSecret) }),
    byOperator,
    "client_secret_rotated",
  )
  return clientSecret
}
