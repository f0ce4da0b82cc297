import * as oauth from "oauth4webapi"
import { client, elsewhere, need, type Play, redirectUri, scope, through } from "./oauth-client"
import { describeProblem, RefusedError, recordExchange, recordJourney } from "./record"
import { changeExchange, changeRun, endScene, getRun, isKept } from "./run"

/** Step 1 of Authorization: makes what the answers must fit. */
export const prepare: Play = async (issuer) => {
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
export const authorize: Play = async (issuer) => {
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
export const authorizeElsewhere: Play = async () => {
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
