import { compactVerify, createRemoteJWKSet, decodeProtectedHeader, type JWTVerifyGetKey } from "jose"
import type { Configuration } from "openid-client"
import { currentTime } from "@/lib/clock"
import { config } from "@/lib/config"
import { deleteProvider, findProvider, insertProvider, listProviders, type Provider } from "@/lib/data/providers"
import { perProcess } from "@/lib/per-process"
import { openSealed, seal } from "@/lib/seal"

export type { Provider }

/** Another provider that people can sign in with: any OpenID Provider, or GitHub, which has its own API. */
type ProviderKind = "oidc" | "github"

/** Where a provider sends the browser back to. It is registered there. */
export const providerCallbackUri = () => `${config().issuer}/sign-in/provider/callback`

/** How long a provider's metadata is cached, in milliseconds. */
const discoveryMs = 60 * 60 * 1000

/** How long a provider may take to answer, in seconds. */
const timeoutSeconds = 10

const githubIssuer = "https://github.com"

type NewProvider = {
  id: string
  name: string
  kind: ProviderKind
  /** Null for the usual one of GitHub. */
  issuer: string | null
  clientId: string
  clientSecret: string | null
}

/**
 * Stores a provider after reading its metadata, so that a mistake shows immediately.
 * @returns why it cannot be stored, or null
 */
export async function addProvider(facts: NewProvider): Promise<string | null> {
  const { id, name, kind, clientId, clientSecret } = facts
  if (!/^[a-z][a-z0-9-]{0,30}$/.test(id))
    return "The ID must start with a lower-case letter and have only lower-case letters, digits and hyphens, at most 31 characters."
  const issuer = facts.issuer ?? (kind === "github" ? githubIssuer : "")
  if (!isAllowedUrl(issuer)) return "The issuer must be an https URL (http is allowed for localhost only)."
  const provider: Provider = {
    id,
    name,
    kind,
    issuer,
    clientId,
    clientSecret: clientSecret && (await seal("provider", clientSecret)),
    scope: kind === "github" ? "read:user user:email" : "openid email profile",
    createdAt: currentTime(),
  }
  try {
    await discover(provider)
  } catch (error) {
    return `The metadata of ${issuer} cannot be read: ${error instanceof Error ? error.message : "unknown"}. Check the issuer.`
  }
  return (await insertProvider(provider))
    ? null
    : `A provider with the ID ${id} already exists. Choose another ID. To replace it, remove it first, which also removes all links of users to it.`
}

function isAllowedUrl(url: string): boolean {
  if (!URL.canParse(url)) return false
  const { protocol } = new URL(url)
  return protocol === "https:" || (protocol === "http:" && isLoopback(url))
}

const isLoopback = (issuer: string) => ["localhost", "127.0.0.1", "[::1]"].includes(new URL(issuer).hostname)

export const listAllProviders = (): Promise<Provider[]> => listProviders()
export const findProviderById = (id: string): Promise<Provider | null> => findProvider(id)

/** Removes a provider with all links to it. @returns false when there is none */
export const removeProvider = (id: string): Promise<boolean> => deleteProvider(id)

type Discovered = { configuration: Configuration; keys: JWTVerifyGetKey | null; expiresAt: number }

const discovered = perProcess<Map<string, Discovered>>("providers")

/**
 * The configuration of a provider for openid-client, read again every hour, and its keys where it publishes some.
 * @throws when the provider does not answer
 */
export async function discoverProvider(provider: Provider): Promise<Discovered> {
  discovered.value ??= new Map()
  const key = `${provider.id} ${provider.createdAt.getTime()}`
  const known = discovered.value.get(key)
  if (known && known.expiresAt > Date.now()) return known
  const configuration = await discover(provider)
  const { jwks_uri } = configuration.serverMetadata()
  const timeoutDuration = timeoutSeconds * 1000
  const keys = jwks_uri === undefined ? null : createRemoteJWKSet(new URL(jwks_uri), { timeoutDuration })
  const found = { configuration, keys, expiresAt: Date.now() + discoveryMs }
  discovered.value.set(key, found)
  return found
}

const hmacAlgs = ["HS256", "HS384", "HS512"]
const signatureAlgs = [
  ...["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"],
  ...["ES256", "ES384", "ES512", "EdDSA", "Ed25519"],
]

/**
 * Verifies the signature of an ID token by a key of its provider, or its HMAC by the secret that both know. OpenID Connect
 * Core 1.0 section 3.1.3.7 exempts tokens that come from the provider by TLS, so openid-client does not do it.
 * @throws when it is not valid, or the key or the secret cannot be read
 */
export async function verifyIdTokenSignature(idToken: string, provider: Provider): Promise<void> {
  const { alg = "" } = decodeProtectedHeader(idToken)
  if (hmacAlgs.includes(alg) && provider.clientSecret !== null) {
    const secret = await openSealed<string>("provider", provider.clientSecret)
    if (!secret) throw new Error("The client secret cannot be read.")
    await compactVerify(idToken, new TextEncoder().encode(secret), { algorithms: hmacAlgs })
    return
  }
  const { keys } = await discoverProvider(provider)
  if (!keys) throw new Error("The provider has no jwks_uri.")
  await compactVerify(idToken, keys, { algorithms: signatureAlgs })
}

async function discover({ kind, issuer, clientId, clientSecret }: Provider): Promise<Configuration> {
  const client = await import("openid-client")
  const secret = clientSecret === null ? null : await openSealed<string>("provider", clientSecret)
  const authentication = secret === null ? client.None() : client.ClientSecretPost(secret)
  if (kind === "github") {
    const metadata = {
      issuer,
      authorization_endpoint: `${issuer}/login/oauth/authorize`,
      token_endpoint: `${issuer}/login/oauth/access_token`,
    }
    const configuration = new client.Configuration(metadata, clientId, {}, authentication)
    configuration.timeout = timeoutSeconds
    if (isLoopback(issuer)) client.allowInsecureRequests(configuration)
    return configuration
  }
  const execute = isLoopback(issuer) ? [client.allowInsecureRequests] : []
  const options = { execute, timeout: timeoutSeconds }
  const configuration = await client.discovery(new URL(issuer), clientId, undefined, authentication, options)
  const { jwks_uri } = configuration.serverMetadata()
  if (jwks_uri === undefined ? secret === null : !isAllowedUrl(jwks_uri)) {
    throw new Error("its jwks_uri is missing, or no https URL")
  }
  return configuration
}
