import type { Client, GrantType, IdTokenAlg, TokenEndpointAuthMethod } from "@/lib/data/clients"
import { isDisplayName } from "@/lib/protocol/display-name"
import { OAuthError } from "@/lib/protocol/errors"
import { findOrigin, findRedirectUriProblem } from "@/lib/protocol/redirect-uri"
import { parseResources } from "@/lib/protocol/resource"
import { defaultScope, parseScope } from "@/lib/protocol/scope"
import { clientJwtAlgs } from "./client-keys"
import { grantTypes, grantTypesWithoutUser } from "./grant-types"

/** What a client is registered with: RFC 7591 section 2 in this project's spelling, and what only the operator sets. */
export type ClientMetadata = {
  clientName: string
  redirectUris: string[]
  /** Whether the redirect URIs may have a scheme without a domain name, such as `vscode:`. Not stored. */
  anyScheme?: boolean
  postLogoutRedirectUris?: string[]
  /** A JWK Set as JSON. Empty for none. */
  jwks?: string
  /** Empty for none. */
  jwksUri?: string
  /** Empty for none. */
  backchannelLogoutUri?: string
  /** Shown on the consent page; empty for none. */
  logoUri?: string
  clientUri?: string
  policyUri?: string
  tosUri?: string
  tokenEndpointAuthMethod?: string
  /** Empty for any. */
  tokenEndpointAuthSigningAlg?: string
  grantTypes?: string[]
  scope?: string
  strictScope?: boolean
  idTokenSignedResponseAlg?: string
  idTokenScopeClaims?: boolean
  /** Empty for JSON. */
  userinfoSignedResponseAlg?: string
  firstParty?: boolean
  resourceServer?: boolean
  resources?: string[]
  requirePkce?: boolean
  requirePushedRequests?: boolean
  requireSecondFactor?: boolean
  dpopBoundAccessTokens?: boolean
}

const authMethods: readonly string[] = [
  "client_secret",
  "client_secret_basic",
  "client_secret_post",
  "private_key_jwt",
  "none",
] satisfies TokenEndpointAuthMethod[]
const idTokenAlgs: readonly string[] = ["RS256", "ES256"] satisfies IdTokenAlg[]

type Facts = Omit<
  Client,
  "clientId" | "createdAt" | "clientSecretHash" | "origins" | "source" | "registrationTokenHash"
>

type Given = "clientName" | "redirectUris"
const defaults: Omit<Facts, Given> = {
  tokenEndpointAuthMethod: "client_secret",
  tokenEndpointAuthSigningAlg: null,
  postLogoutRedirectUris: [],
  jwks: null,
  jwksUri: null,
  backchannelLogoutUri: null,
  logoUri: null,
  clientUri: null,
  policyUri: null,
  tosUri: null,
  grantTypes: ["authorization_code", "refresh_token"],
  scope: defaultScope,
  strictScope: false,
  idTokenSignedResponseAlg: "RS256",
  idTokenScopeClaims: true,
  userinfoSignedResponseAlg: null,
  firstParty: false,
  resourceServer: false,
  resources: [],
  requirePkce: true,
  requirePushedRequests: false,
  requireSecondFactor: false,
  dpopBoundAccessTokens: false,
}

/** One field of the metadata each: from what is given to what is stored. */
const validators: {
  [Field in keyof Facts]: (given: Required<ClientMetadata>[Field], metadata: Partial<ClientMetadata>) => Facts[Field]
} = {
  clientName: validateName,
  tokenEndpointAuthMethod: validateAuthMethod,
  tokenEndpointAuthSigningAlg: (alg) =>
    alg === "" ? null : oneOf("token_endpoint_auth_signing_alg", alg, clientJwtAlgs),
  grantTypes: (grants) => [...new Set(grants.map((grant) => oneOf<GrantType>("grant_types", grant, grantTypes)))],
  redirectUris: (uris, { anyScheme }) => validateUris("redirect URI", uris, anyScheme),
  jwks: (jwks) => (jwks === "" ? null : validateJwks(jwks)),
  jwksUri: (uri) => (uri === "" ? null : validateServerUri("jwks_uri", uri)),
  backchannelLogoutUri: (uri) => (uri === "" ? null : validateServerUri("backchannel_logout_uri", uri)),
  logoUri: (uri) => validatePageUri("logo_uri", uri),
  clientUri: (uri) => validatePageUri("client_uri", uri),
  policyUri: (uri) => validatePageUri("policy_uri", uri),
  tosUri: (uri) => validatePageUri("tos_uri", uri),
  postLogoutRedirectUris: (uris) => validateUris("post-logout redirect URI", uris),
  scope: validateScope,
  strictScope: Boolean,
  idTokenSignedResponseAlg: (alg) => oneOf("id_token_signed_response_alg", alg, idTokenAlgs),
  idTokenScopeClaims: Boolean,
  userinfoSignedResponseAlg: (alg) => (alg === "" ? null : oneOf("userinfo_signed_response_alg", alg, idTokenAlgs)),
  firstParty: Boolean,
  resourceServer: Boolean,
  resources: validateResources,
  requirePkce: Boolean,
  requirePushedRequests: Boolean,
  requireSecondFactor: Boolean,
  dpopBoundAccessTokens: Boolean,
}

/**
 * Validates a new client's metadata, and adds the defaults.
 * @throws OAuthError invalid_client_metadata or invalid_redirect_uri, RFC 7591 section 3.2.2
 */
export function validateNewClient(metadata: ClientMetadata): Facts & Pick<Client, "origins"> {
  return validateTogether({ ...defaults, ...(validateFields(metadata) as Pick<Facts, Given> & Partial<Facts>) })
}

/** Validates each given field by itself. @throws OAuthError as `validateNewClient` */
export function validateFields(metadata: Partial<ClientMetadata>): Partial<Facts> {
  const given = Object.entries(validators).filter(([field]) => metadata[field as keyof Facts] !== undefined)
  return Object.fromEntries(
    given.map(([field, validate]) => [field, validate(metadata[field as keyof Facts] as never, metadata)]),
  )
}

/** Validates what concerns several fields. @returns what to store @throws OAuthError as `validateNewClient` */
export function validateTogether(facts: Facts): Facts & Pick<Client, "origins"> {
  const isPublic = facts.tokenEndpointAuthMethod === "none"
  if (!facts.resourceServer && facts.redirectUris.length === 0 && facts.grantTypes.includes("authorization_code")) {
    throw new OAuthError("invalid_redirect_uri", "at least one redirect URI is needed", "metadata_invalid")
  }
  // OAuth 2.1 section 4.2: "The client credentials grant type MUST only be used by confidential clients."
  const confidentialGrant = grantTypesWithoutUser.find((grantType) => facts.grantTypes.includes(grantType))
  if (isPublic && confidentialGrant) {
    throw invalidMetadata(`the grant type ${confidentialGrant} is for clients with a secret or a key`)
  }
  const keySources = [facts.jwks, facts.jwksUri].filter((source) => source !== null).length
  if (facts.tokenEndpointAuthMethod === "private_key_jwt" && keySources !== 1) {
    throw invalidMetadata("private_key_jwt needs either jwks or jwks_uri")
  }
  if (facts.tokenEndpointAuthSigningAlg !== null && facts.tokenEndpointAuthMethod !== "private_key_jwt") {
    throw invalidMetadata("token_endpoint_auth_signing_alg is for private_key_jwt: use that method, or leave it out")
  }
  if (keySources > 1) throw invalidMetadata("jwks and jwks_uri must not be used together")
  if (facts.resourceServer && isPublic) {
    throw invalidMetadata("a resource server must be confidential: it introspects other clients' tokens")
  }
  if (!facts.requirePkce && (isPublic || !facts.scope.includes("openid"))) {
    throw invalidMetadata("only a confidential client with the scope openid can be exempted from PKCE")
  }
  return { ...facts, origins: isPublic ? [...new Set(facts.redirectUris.flatMap((uri) => findOrigin(uri) ?? []))] : [] }
}

export const invalidMetadata = (description: string) =>
  new OAuthError("invalid_client_metadata", description, "metadata_invalid")

function oneOf<T extends string>(field: string, value: string, allowed: readonly string[]): T {
  if (!allowed.includes(value)) throw invalidMetadata(`${field} must be one of ${allowed.join(", ")}`)
  return value as T
}

function validateAuthMethod(method: string): TokenEndpointAuthMethod {
  if (method === "tls_client_auth" || method === "self_signed_tls_client_auth") {
    throw invalidMetadata(`${method} is not supported. Use private_key_jwt, and DPoP to bind tokens to a key`)
  }
  if (method === "client_secret_jwt") {
    throw invalidMetadata(
      "client_secret_jwt is not supported, because secrets are stored as hashes. Use private_key_jwt or client_secret_basic",
    )
  }
  return oneOf("token_endpoint_auth_method", method, authMethods)
}

function validateUris(field: string, uris: string[], anyScheme = false): string[] {
  for (const uri of uris) {
    const problem = findRedirectUriProblem(uri, { anyScheme })
    if (problem) {
      // A URI may have characters that an error_description must not have.
      const shown = uri.replace(/[^\x21\x23-\x5b\x5d-\x7e]/g, "?").slice(0, 200)
      throw new OAuthError("invalid_redirect_uri", `the ${field} '${shown}' ${problem}`, "metadata_invalid")
    }
  }
  return [...new Set(uris)]
}

/** A URI that this server sends requests to. */
function validateServerUri(field: string, uri: string): string {
  const problem = findRedirectUriProblem(uri) ?? (/^https?:/.test(uri) ? null : "must use https")
  if (problem) throw invalidMetadata(`${field} ${problem}`)
  return uri
}

const maxPageUriLength = 512

/** A URI that people open, or whose image the server fetches; null for an empty one. RFC 7591 section 2. */
function validatePageUri(field: string, uri: string): string | null {
  if (uri === "") return null
  const isUsable = uri.length <= maxPageUriLength && /^https:\/\/[\x21-\x7e]+$/.test(uri) && URL.canParse(uri)
  if (!isUsable || new URL(uri).username !== "") {
    throw invalidMetadata(`${field} must be an https URL with at most ${maxPageUriLength} characters`)
  }
  return uri
}

const privateMembers = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"]

/** A JWK Set with 1 to 20 public keys, RFC 7517 section 5. */
function validateJwks(jwks: string): string {
  const keys = parseKeys(jwks)
  if (!keys || keys.length === 0 || keys.length > 20) throw invalidMetadata("jwks must be a JWK Set with 1 to 20 keys")
  for (const key of keys) {
    if (privateMembers.some((member) => member in key)) throw invalidMetadata("jwks must have public keys only")
    if (typeof key.kty !== "string" || !["RSA", "EC", "OKP"].includes(key.kty))
      throw invalidMetadata("jwks must have keys of kty RSA, EC or OKP")
  }
  return JSON.stringify({ keys })
}

function parseKeys(jwks: string): Record<string, unknown>[] | null {
  try {
    const { keys } = JSON.parse(jwks) as { keys?: unknown }
    return Array.isArray(keys) && keys.every((key) => typeof key === "object" && key !== null) ? keys : null
  } catch {
    return null
  }
}

function validateName(name: string): string {
  const clientName = name.trim()
  if (isDisplayName(clientName)) return clientName
  throw invalidMetadata(
    "client_name must have 1 to 100 characters on one line, without control or invisible characters",
  )
}

/** Characters: a request that names no scope gets all of it. */
const maxScopeLength = 1024

function validateScope(scope: string): string[] {
  if (scope.length > maxScopeLength) throw invalidMetadata(`scope must have at most ${maxScopeLength} characters`)
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
