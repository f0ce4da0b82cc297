// A public client as an application in the browser would have it: everything about OAuth is the work of oauth4webapi.
import * as oauth from "oauth4webapi"
import { describeProblem, type Fetch, recordExchange, recordJourney } from "./record"
import { changeExchange, changeRun, getRun, type Tokens } from "./run"

const client: oauth.Client = { client_id: "playground" }
const scope = "openid profile email offline_access"

/** Every request goes through the recorder; plain http is for localhost, where the server's issuer allows it. */
function through(fetch: Fetch) {
  return { [oauth.customFetch]: fetch, [oauth.allowInsecureRequests]: location.protocol === "http:" }
}

function redirectUri(issuer: string): string {
  return `${issuer}/playground`
}

/**
 * Steps 1 and 2 of Authorization: makes what the answer must fit, and sends the browser to /authorize.
 * @returns whether the browser is leaving the page
 */
export async function startAuthorization(issuer: string): Promise<boolean> {
  const server = await recordExchange("metadata", async (fetch) => {
    const response = await oauth.discoveryRequest(new URL(issuer), through(fetch))
    return oauth.processDiscoveryResponse(new URL(issuer), response)
  })
  if (!server?.authorization_endpoint) return false

  const pending = {
    codeVerifier: oauth.generateRandomCodeVerifier(),
    state: oauth.generateRandomState(),
    nonce: oauth.generateRandomNonce(),
  }
  const url = new URL(server.authorization_endpoint)
  url.search = new URLSearchParams({
    response_type: "code",
    client_id: client.client_id,
    redirect_uri: redirectUri(issuer),
    scope,
    code_challenge: await oauth.calculatePKCECodeChallenge(pending.codeVerifier),
    code_challenge_method: "S256",
    state: pending.state,
    nonce: pending.nonce,
  }).toString()

  changeRun(() => ({ server, pending }))
  recordJourney("authorize", url)
  location.assign(url)
  return true
}

/**
 * Steps 10 to 16 of Authorization, when the address of the page is an answer to an authorization request.
 * It takes the answer out of the address first, so that no reload and no way back uses it again.
 */
export async function finishAuthorization(issuer: string): Promise<void> {
  const url = new URL(location.href)
  if (!url.searchParams.has("code") && !url.searchParams.has("error")) return
  history.replaceState(null, "", url.pathname)
  const { server, pending } = getRun()
  changeRun(() => ({ pending: null }))

  const journey = recordJourney("return", url)
  if (!server || !pending) {
    const problem = "This tab waits for no answer, so the client leaves it alone. Start an authorization here."
    return changeExchange(journey, { outcome: "failed", problem })
  }
  const parameters = acceptAnswer(journey, () => oauth.validateAuthResponse(server, client, url, pending.state))
  if (!parameters) return

  const issued = await recordExchange("token", async (fetch) => {
    const response = await oauth.authorizationCodeGrantRequest(
      server,
      client,
      oauth.None(),
      parameters,
      redirectUri(issuer),
      pending.codeVerifier,
      through(fetch),
    )
    const expected = { expectedNonce: pending.nonce, requireIdToken: true }
    return { response, tokens: await oauth.processAuthorizationCodeResponse(server, client, response, expected) }
  })
  if (!issued) return
  const sub = oauth.getValidatedIdTokenClaims(issued.tokens)?.sub ?? ""
  changeRun(() => ({ tokens: toTokens(issued.tokens, { sub, refreshToken: null }) }))
  await recordExchange("jwks", (fetch) =>
    oauth.validateApplicationLevelSignature(server, issued.response, through(fetch)),
  )
}

function acceptAnswer<T>(journey: number, validate: () => T): T | null {
  try {
    return validate()
  } catch (error) {
    const refused = error instanceof oauth.AuthorizationResponseError
    const problem = refused ? `The server answers with an error: ${error.error}.` : describeProblem(error)
    changeExchange(journey, { outcome: "failed", problem })
    return null
  }
}

/** Introspection: GET /introspect with the access token as Bearer. */
export async function introspect(): Promise<void> {
  const { server, tokens } = getRun()
  if (!server || !tokens) return
  const url = new URL("/introspect", server.issuer)
  await recordExchange("introspect", (fetch) =>
    oauth.protectedResourceRequest(tokens.accessToken, "GET", url, undefined, undefined, through(fetch)),
  )
}

/** OpenID Connect's UserInfo. */
export async function askUserInfo(): Promise<void> {
  const { server, tokens } = getRun()
  if (!server || !tokens) return
  await recordExchange("userinfo", async (fetch) => {
    const response = await oauth.userInfoRequest(server, client, tokens.accessToken, through(fetch))
    return oauth.processUserInfoResponse(server, client, tokens.sub, response)
  })
}

/** Refresh: POST /refresh, which answers as the token endpoint does. */
export async function refresh(): Promise<void> {
  const { server, tokens } = getRun()
  if (!server || !tokens?.refreshToken) return
  const { refreshToken } = tokens
  const refreshServer = { ...server, token_endpoint: new URL("/refresh", server.issuer).href }
  const issued = await recordExchange("refresh", async (fetch) => {
    const response = await oauth.refreshTokenGrantRequest(
      refreshServer,
      client,
      oauth.None(),
      refreshToken,
      through(fetch),
    )
    return oauth.processRefreshTokenResponse(refreshServer, client, response)
  })
  if (issued) changeRun(() => ({ tokens: toTokens(issued, tokens) }))
}

/** Revocation: POST /revoke with the refresh token, or with the access token when there is no other. */
export async function revoke(): Promise<void> {
  const { server, tokens } = getRun()
  if (!server || !tokens) return
  const token = tokens.refreshToken ?? tokens.accessToken
  const revoked = await recordExchange("revoke", async (fetch) => {
    const response = await oauth.revocationRequest(server, client, oauth.None(), token, through(fetch))
    await oauth.processRevocationResponse(response)
    return true
  })
  if (revoked) changeRun(() => ({ tokens: { ...tokens, revoked: true } }))
}

function toTokens(answer: oauth.TokenEndpointResponse, before: Pick<Tokens, "sub" | "refreshToken">): Tokens {
  return {
    accessToken: answer.access_token,
    refreshToken: answer.refresh_token ?? before.refreshToken,
    expiresAt: Date.now() + (answer.expires_in ?? 0) * 1000,
    sub: before.sub,
    revoked: false,
  }
}
