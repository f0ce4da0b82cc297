// A public client as an application in the browser would have it: everything about OAuth is the work of oauth4webapi.
// Where a scene breaks the flow, only the broken value is ours.
import * as oauth from "oauth4webapi"
import { describeProblem, type Fetch, RefusedError, recordExchange, recordJourney } from "./record"
import { addScene, changeExchange, changeRun, changeScene, getRun, isKept, type Outcome, type Tokens } from "./run"
import type { SceneName } from "./scenes"

const client: oauth.Client = { client_id: "playground" }
const scope = "openid profile email offline_access"

/** Every request goes through the recorder; plain http is for localhost, where the server's issuer allows it. */
function through(fetch: Fetch) {
  return { [oauth.customFetch]: fetch, [oauth.allowInsecureRequests]: location.protocol === "http:" }
}

const redirectUri = (issuer: string) => `${issuer}/playground`
const elsewhere = "https://attacker.example/callback"

type End = Exclude<Outcome, "under way">
type Play = (issuer: string) => Promise<End | "leaving">

/** What a scene cannot be played without. */
function need<T>(value: T | null): T {
  if (value === null) throw new Error("this scene needs what an earlier one has brought")
  return value
}

/** Plays the next scene of the plan. @returns whether the browser is leaving the page */
export async function playNext(issuer: string): Promise<boolean> {
  const [name] = getRun().planned
  if (!name) return false
  addScene(name)
  // Whatever happens, the tour must not stand still.
  const end = await plays[name](issuer).catch((): End => "broken")
  if (end === "leaving") return true
  endScene(end)
  return false
}

/** What was to follow a success is of no use after a refusal; what was broken off can be tried again. */
function endScene(outcome: End): void {
  changeScene(() => ({ outcome }))
  const { played, planned, runsUntil, tokens } = getRun()
  const name = played.at(-1)?.name
  if (!name) return
  const isEnd = name === "revoke" ? outcome === "done" : outcome === "refused" && name !== "introspect"
  if (tokens && isEnd) changeRun({ tokens: { ...tokens, ended: true } })
  if (outcome === "broken") changeRun({ runsUntil: null })
  else if (outcome === "refused" && vital.includes(name)) changeRun({ planned: [], runsUntil: null })
  else changeRun({ planned: planned.slice(1), ...(planned.length - 1 <= (runsUntil ?? 0) && { runsUntil: null }) })
}

const vital: SceneName[] = ["prepare", "authorize", "redeem"]

/** Step 1 of Authorization: makes what the answers must fit. */
const prepare: Play = async (issuer) => {
  const found = await recordExchange(async (fetch) => {
    const response = await oauth.discoveryRequest(new URL(issuer), through(fetch))
    return oauth.processDiscoveryResponse(new URL(issuer), response)
  })
  if (found.outcome !== "done") return found.outcome
  const codeVerifier = oauth.generateRandomCodeVerifier()
  const secret = {
    codeVerifier,
    codeChallenge: await oauth.calculatePKCECodeChallenge(codeVerifier),
    state: oauth.generateRandomState(),
    nonce: oauth.generateRandomNonce(),
  }
  changeRun({ server: found.value, secret })
  return "done"
}

function authorizationRequest(redirect: string): URL {
  const { server, secret } = getRun()
  const { codeChallenge, state, nonce } = need(secret)
  const url = new URL(need(server).authorization_endpoint ?? "")
  url.search = new URLSearchParams({
    response_type: "code",
    client_id: client.client_id,
    redirect_uri: redirect,
    scope,
    code_challenge: codeChallenge,
    code_challenge_method: "S256",
    state,
    nonce,
  }).toString()
  return url
}

/** Step 2 of Authorization: sends the browser to /authorize. `finishAuthorization` is the other half. */
const authorize: Play = async (issuer) => {
  const url = authorizationRequest(redirectUri(issuer))
  const journey = recordJourney(url)
  if (!isKept()) {
    const problem = "The browser lets this page store nothing (sessionStorage), and without that there is no way back."
    changeExchange(journey, { outcome: "failed", problem })
    return "broken"
  }
  location.assign(url)
  return "leaving"
}

/** The same with an address that is not registered. The answer is a page, so the browser need not go there to see it. */
const authorizeElsewhere: Play = async () => {
  const { href } = authorizationRequest(elsewhere)
  const { outcome } = await recordExchange(async (fetch) => {
    const options = { method: "GET", headers: { accept: "text/html" }, redirect: "manual", body: undefined } as const
    const response = await fetch(href, options)
    if (!response.ok) throw new RefusedError()
  })
  return outcome
}

/**
 * Step 10 of Authorization, when the address of the page is an answer to an authorization request. It takes the answer
 * out of the address first, so that no reload and no way back uses it again.
 * @returns a problem that no scene can tell
 */
export async function finishAuthorization(): Promise<string | null> {
  const url = new URL(location.href)
  const { server, secret, played } = getRun()
  const waits = played.at(-1)?.name === "authorize" && played.at(-1)?.outcome === "under way"
  if (!url.searchParams.has("code") && !url.searchParams.has("error")) {
    if (waits) comeBackWithoutAnswer()
    return null
  }
  history.replaceState(null, "", url.pathname)
  if (!waits || !server || !secret) {
    return "An answer came that this tab waits for no longer, so the client leaves it alone. Start a flow here."
  }

  const journey = recordJourney(url)
  try {
    const parameters = oauth.validateAuthResponse(server, client, url, secret.state)
    changeRun({ code: parameters.get("code") })
    endScene("done")
  } catch (error) {
    const refused = error instanceof oauth.AuthorizationResponseError
    changeExchange(journey, { outcome: "failed", problem: refused ? null : describeProblem(error) })
    endScene(refused ? "refused" : "broken")
  }
  return null
}

/** The person pressed Back, or opened the page anew: the request can be sent again. */
function comeBackWithoutAnswer(): void {
  changeRun({ played: getRun().played.slice(0, -1), runsUntil: null })
}

/** Asks which flow the authorization request began, when the browser has come back. What happened is stored a moment later. */
export async function findFlow(): Promise<void> {
  const { secret, startedAt } = getRun()
  if (!secret) return
  const address = `/playground/flow?${new URLSearchParams({ code_challenge: secret.codeChallenge })}`
  for (let tries = 0; tries < 20; tries++) {
    const { flowId, played } = getRun()
    const isBack = played.some(({ name, outcome }) => name === "authorize" && outcome !== "under way")
    if (flowId !== null || !isBack || getRun().startedAt !== startedAt) return
    const response = await fetch(address).catch(() => null)
    const found = response?.ok ? (await response.json()).flow_id : null
    if (found && getRun().startedAt === startedAt) return changeRun({ flowId: found })
    await new Promise((resolve) => setTimeout(resolve, 150))
  }
}

type CodeRequest = { code: string; codeVerifier: string; redirect: string }

/** Steps 11 to 16 of Authorization. */
async function requestTokens({ code, codeVerifier, redirect }: CodeRequest) {
  const { server, secret } = getRun()
  const { state, nonce } = need(secret)
  const answer = new URL(`${redirect}?${new URLSearchParams({ code, state, iss: need(server).issuer })}`)
  const parameters = oauth.validateAuthResponse(need(server), client, answer, state)
  return recordExchange(async (fetch) => {
    const response = await oauth.authorizationCodeGrantRequest(
      need(server),
      client,
      oauth.None(),
      parameters,
      redirect,
      codeVerifier,
      through(fetch),
    )
    const expected = { expectedNonce: nonce, requireIdToken: true }
    return { response, tokens: await oauth.processAuthorizationCodeResponse(need(server), client, response, expected) }
  })
}

function rightRequest(issuer: string): CodeRequest {
  const { secret, code, redeemedCode } = getRun()
  return {
    code: need(code ?? redeemedCode),
    codeVerifier: need(secret).codeVerifier,
    redirect: redirectUri(issuer),
  }
}

const redeem: Play = async (issuer) => {
  const request = rightRequest(issuer)
  const issued = await requestTokens(request)
  if (issued.outcome !== "done") {
    if (issued.outcome === "refused") changeRun({ code: null })
    return issued.outcome
  }
  const { tokens, response } = issued.value
  changeRun({
    code: null,
    redeemedCode: request.code,
    tokens: {
      accessToken: tokens.access_token,
      refreshToken: tokens.refresh_token ?? "",
      sub: oauth.getValidatedIdTokenClaims(tokens)?.sub ?? "",
      spent: [],
      ended: false,
    },
  })
  const verified = await recordExchange((fetch) =>
    oauth.validateApplicationLevelSignature(need(getRun().server), response, through(fetch)),
  )
  // The code is used up, so this is not to be tried again.
  return verified.outcome === "done" ? "done" : "refused"
}

const redeemStolen: Play = async (issuer) => {
  const codeVerifier = oauth.generateRandomCodeVerifier()
  return (await requestTokens({ ...rightRequest(issuer), codeVerifier })).outcome
}

const redeemElsewhere: Play = async (issuer) => {
  return (await requestTokens({ ...rightRequest(issuer), redirect: elsewhere })).outcome
}

const replayCode: Play = async (issuer) => {
  const { outcome } = await requestTokens(rightRequest(issuer))
  return outcome
}

/** Introspection: GET /introspect with the access token as Bearer. */
const introspect: Play = async () => {
  const { server, tokens } = getRun()
  const { accessToken } = need(tokens)
  const url = new URL("/introspect", need(server).issuer)
  const asked = await recordExchange((fetch) =>
    oauth.protectedResourceRequest(accessToken, "GET", url, undefined, undefined, through(fetch)),
  )
  return asked.outcome
}

/** Refresh: POST /refresh, which answers as the token endpoint does. */
async function requestRefresh(refreshToken: string) {
  const server = need(getRun().server)
  const refreshServer = { ...server, token_endpoint: new URL("/refresh", server.issuer).href }
  return recordExchange(async (fetch) => {
    const response = await oauth.refreshTokenGrantRequest(
      refreshServer,
      client,
      oauth.None(),
      refreshToken,
      through(fetch),
    )
    return oauth.processRefreshTokenResponse(refreshServer, client, response)
  })
}

const refresh: Play = async () => {
  const tokens = need(getRun().tokens)
  const issued = await requestRefresh(tokens.refreshToken)
  if (issued.outcome === "done") changeRun({ tokens: renew(tokens, issued.value) })
  return issued.outcome
}

function renew(tokens: Tokens, answer: oauth.TokenEndpointResponse): Tokens {
  return {
    ...tokens,
    accessToken: answer.access_token,
    refreshToken: answer.refresh_token ?? tokens.refreshToken,
    spent: [...tokens.spent, tokens.refreshToken],
    ended: false,
  }
}

/** The token before the present one may be sent again for some seconds, so it takes one that is older. */
const refreshOld: Play = async (issuer) => {
  while (need(getRun().tokens).spent.length < 2) if ((await refresh(issuer)) !== "done") return "broken"
  const [oldest = ""] = need(getRun().tokens).spent
  return (await requestRefresh(oldest)).outcome
}

/** Revocation: POST /revoke with the refresh token. */
const revoke: Play = async () => {
  const { server, tokens } = getRun()
  const { refreshToken } = need(tokens)
  const revoked = await recordExchange(async (fetch) => {
    const response = await oauth.revocationRequest(need(server), client, oauth.None(), refreshToken, through(fetch))
    await oauth.processRevocationResponse(response)
  })
  return revoked.outcome
}

const plays: Record<SceneName, Play> = {
  prepare,
  authorize,
  authorize_elsewhere: authorizeElsewhere,
  redeem,
  redeem_stolen: redeemStolen,
  redeem_elsewhere: redeemElsewhere,
  replay_code: replayCode,
  introspect,
  refresh,
  refresh_old: refreshOld,
  revoke,
}
