import { z } from "zod"
import { listScopeDescriptions } from "@/lib/data/scope-descriptions"
import { defaultScope, parseScope, standardScopes } from "@/lib/protocol/scope"
import { grantTypes, grantTypesWithoutUser } from "./grant-types"
import { type ClientMetadata, invalidMetadata } from "./metadata"

const uris = z.array(z.string()).max(20, "must have at most 20 URIs")

/** The fields of RFC 7591 section 2 and its extensions that this server uses. It ignores others, as section 2 demands. */
const wireMetadata = z.looseObject({
  redirect_uris: uris.optional(),
  post_logout_redirect_uris: uris.optional(),
  token_endpoint_auth_method: z.string().optional(),
  token_endpoint_auth_signing_alg: z.string().optional(),
  grant_types: z.array(z.string()).optional(),
  response_types: z.array(z.string()).optional(),
  client_name: z.string().optional(),
  scope: z.string().optional(),
  logo_uri: z.string().optional(),
  client_uri: z.string().optional(),
  policy_uri: z.string().optional(),
  tos_uri: z.string().optional(),
  jwks: z.looseObject({}).optional(),
  jwks_uri: z.string().optional(),
  backchannel_logout_uri: z.string().optional(),
  id_token_signed_response_alg: z.string().optional(),
  userinfo_signed_response_alg: z.string().optional(),
  subject_type: z.literal("public", "must be public").optional(),
  require_pushed_authorization_requests: z.boolean().optional(),
  dpop_bound_access_tokens: z.boolean().optional(),
})

type WireMetadata = z.output<typeof wireMetadata>

/** What a client would rely on, and this server does not do. */
const unsupported = [
  "frontchannel_logout_uri",
  "id_token_encrypted_response_alg",
  "userinfo_encrypted_response_alg",
  "introspection_encrypted_response_alg",
  "authorization_encrypted_response_alg",
  "tls_client_certificate_bound_access_tokens",
]

/** Where the metadata of a client that registers itself comes from. */
type Origin = {
  /** Whether the operator has allowed this client, so that the server may send requests to its URIs. */
  isTrusted: boolean
  /** The authentication method of a client that has registered before. It decides whether there is a secret, so it stays. */
  registeredMethod?: string
}

/**
 * Reads the metadata of a client that registers itself.
 * @param body parsed JSON
 * @throws OAuthError invalid_client_metadata
 */
export async function parseRegistration(
  body: unknown,
  { isTrusted, registeredMethod }: Origin,
): Promise<ClientMetadata> {
  const wire = parseWire(body)
  for (const name of unsupported) {
    if (wire[name]) throw invalidMetadata(`${name} is not supported. Leave it out`)
  }
  if (!isTrusted && (wire.jwks_uri ?? wire.backchannel_logout_uri) !== undefined) {
    throw invalidMetadata(
      "jwks_uri and backchannel_logout_uri are for clients that the operator has allowed. Send jwks, or ask for an initial access token",
    )
  }
  const method = registeredMethod ?? wire.token_endpoint_auth_method
  const metadata = {
    clientName: wire.client_name ?? nameByUri(wire.redirect_uris),
    redirectUris: wire.redirect_uris ?? [],
    postLogoutRedirectUris: wire.post_logout_redirect_uris,
    tokenEndpointAuthMethod: method,
    // Some clients send one with every method.
    tokenEndpointAuthSigningAlg: method === "private_key_jwt" ? wire.token_endpoint_auth_signing_alg : undefined,
    grantTypes: parseGrantTypes(wire),
    scope: await allowedScope(wire.scope),
    jwks: wire.jwks && toText(wire.jwks),
    jwksUri: wire.jwks_uri,
    backchannelLogoutUri: wire.backchannel_logout_uri,
    logoUri: wire.logo_uri,
    clientUri: wire.client_uri,
    policyUri: wire.policy_uri,
    tosUri: wire.tos_uri,
    idTokenSignedResponseAlg: wire.id_token_signed_response_alg,
    userinfoSignedResponseAlg: wire.userinfo_signed_response_alg,
    requirePushedRequests: wire.require_pushed_authorization_requests,
    dpopBoundAccessTokens: wire.dpop_bound_access_tokens,
  }
  return Object.fromEntries(Object.entries(metadata).filter(([, value]) => value !== undefined)) as ClientMetadata
}

function parseWire(body: unknown): WireMetadata {
  const isObject = typeof body === "object" && body !== null && !Array.isArray(body)
  if (!isObject) throw invalidMetadata("the body must be a JSON object")
  // RFC 7592 section 2.2: "the server MUST treat null as a request to delete the field", which is as if it were missing.
  const present = Object.entries(body).filter(([, value]) => value !== null && value !== "")
  const parsed = wireMetadata.safeParse(Object.fromEntries(present))
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw invalidMetadata(
    `${String(issue?.path[0])} ${issue?.code === "invalid_type" ? "has the wrong type" : issue?.message}`,
  )
}

/**
 * The grant types that this server has, of those that the client would like: it may register for more servers than this. An
 * operator alone allows a client to act for itself.
 */
function parseGrantTypes({ grant_types: wanted, response_types: responses }: WireMetadata): string[] | undefined {
  const refused = wanted?.find((grantType) => grantTypesWithoutUser.some((known) => known === grantType))
  if (refused) throw invalidMetadata(`the grant type ${refused} is for clients that the operator registers`)
  if (responses && responses.length > 0 && !responses.includes("code")) {
    throw invalidMetadata("response_types must include code")
  }
  const usable = wanted?.filter((grantType) => grantTypes.some((known) => known === grantType))
  if (usable?.length === 0) throw invalidMetadata(`grant_types must have one of ${grantTypes.join(", ")}`)
  return usable
}

/** Of the standard scopes and those that the operator has described, the ones that the client asks for, or all. */
async function allowedScope(wanted: string | undefined): Promise<string> {
  const described = (await listScopeDescriptions()).map(({ scope }) => scope)
  if (wanted === undefined) return [...new Set([...defaultScope, ...described])].join(" ")
  const allowed = parseScope(wanted).filter((scope) => standardScopes.includes(scope) || described.includes(scope))
  if (allowed.length > 0) return allowed.join(" ")
  throw invalidMetadata(
    "none of these scopes is available to clients that register themselves; ask the operator to describe them with `scope describe`",
  )
}

/** A client without a name is shown as where it is. */
function nameByUri([uri = ""]: string[] = []): string {
  return URL.canParse(uri) ? new URL(uri).host || new URL(uri).protocol : "Unnamed app"
}

/** JSON.parse reads objects that are nested deeper than JSON.stringify can write. */
function toText(jwks: object): string {
  try {
    return JSON.stringify(jwks)
  } catch {
    throw invalidMetadata("jwks must be a JWK Set, without deeply nested values")
  }
}
