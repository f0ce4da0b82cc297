import type { Configuration } from "openid-client"
import { discoverProvider, type Provider, providerCallbackUri, verifyIdTokenSignature } from "@/lib/accounts/providers"

/**
 * Who someone is at a provider. `email` is null unless the provider has verified it. `authTime` is when they signed in there,
 * in seconds since the epoch; null when the provider does not report it.
 */
export type ProviderIdentity = {
  providerId: string
  subject: string
  email: string | null
  name: string | null
  authTime: number | null
}

/** What must be the same when the browser comes back: RFC 9700 section 4.7 (state), OpenID Connect (nonce), RFC 7636 (PKCE). */
export type ProviderChecks = { state: string; nonce: string; codeVerifier: string }

/**
 * The address of the provider's sign-in, and what to check afterwards.
 * @param fresh whether the person must sign in there now. GitHub has no parameter for it
 * @throws when the provider does not answer
 */
export async function beginAtProvider(
  provider: Provider,
  fresh: boolean,
): Promise<{ url: string; checks: ProviderChecks }> {
  const client = await import("openid-client")
  const { configuration } = await discoverProvider(provider)
  const checks = {
    state: client.randomState(),
    nonce: client.randomNonce(),
    codeVerifier: client.randomPKCECodeVerifier(),
  }
  const url = client.buildAuthorizationUrl(configuration, {
    redirect_uri: providerCallbackUri(),
    scope: provider.scope,
    state: checks.state,
    code_challenge: await client.calculatePKCECodeChallenge(checks.codeVerifier),
    code_challenge_method: "S256",
    ...(provider.kind === "oidc" && { nonce: checks.nonce }),
    // OpenID Connect Core 1.0 section 3.1.2.1: the provider "MUST attempt to actively re-authenticate the End-User". Not
    // prompt=login: Google refuses it, and ignores this.
    ...(provider.kind === "oidc" && fresh && { max_age: "0" }),
  })
  return { url: url.href, checks }
}

/**
 * Redeems the code of the provider's answer, after checking state, iss, PKCE and nonce, and verifies the ID token.
 * @param query of the callback's address
 * @throws when a check fails, or the provider refuses
 */
export async function identifyAtProvider(
  provider: Provider,
  query: string,
  { state, nonce, codeVerifier }: ProviderChecks,
): Promise<ProviderIdentity> {
  const client = await import("openid-client")
  const { configuration } = await discoverProvider(provider)
  const answer = new URL(`${providerCallbackUri()}?${query}`)
  const isOidc = provider.kind === "oidc"
  const tokens = await client.authorizationCodeGrant(configuration, answer, {
    expectedState: state,
    pkceCodeVerifier: codeVerifier,
    ...(isOidc && { expectedNonce: nonce, idTokenExpected: true }),
  })
  if (!isOidc) return identifyAtGitHub(provider, configuration, tokens.access_token)
  const idToken = tokens.claims()
  if (!idToken || tokens.id_token === undefined) throw new Error("no ID token")
  await verifyIdTokenSignature(tokens.id_token, provider)
  // Not every provider puts them into the ID token.
  const claims =
    idToken.email === undefined && configuration.serverMetadata().userinfo_endpoint
      ? { ...idToken, ...(await client.fetchUserInfo(configuration, tokens.access_token, idToken.sub)) }
      : idToken
  const isVerified = claims.email_verified === true || claims.email_verified === "true"
  return {
    providerId: provider.id,
    subject: idToken.sub,
    email: isVerified && typeof claims.email === "string" ? claims.email : null,
    name: typeof claims.name === "string" ? claims.name : null,
    authTime: typeof idToken.auth_time === "number" ? idToken.auth_time : null,
  }
}

type GitHubUser = { id: number; login: string; name: string | null }
type GitHubEmail = { email: string; primary: boolean; verified: boolean }

/** https://docs.github.com/en/rest/users */
async function identifyAtGitHub(
  { id, issuer }: Provider,
  configuration: Configuration,
  accessToken: string,
): Promise<ProviderIdentity> {
  const client = await import("openid-client")
  const api = issuer === "https://github.com" ? "https://api.github.com" : `${issuer}/api/v3`
  const read = async <Body>(path: string): Promise<Body> => {
    const headers = new Headers({ Accept: "application/vnd.github+json" })
    const url = new URL(`${api}${path}`)
    const response = await client.fetchProtectedResource(configuration, accessToken, url, "GET", null, headers)
    if (!response.ok) throw new Error(`status ${response.status}`)
    return response.json() as Promise<Body>
  }
  const [user, emails] = await Promise.all([read<GitHubUser>("/user"), read<GitHubEmail[]>("/user/emails")])
  const email = emails.find(({ primary, verified }) => primary && verified)?.email ?? null
  return { providerId: id, subject: String(user.id), email, name: user.name ?? user.login, authTime: null }
}
