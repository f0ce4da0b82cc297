import * as oauth from "oauth4webapi"
import { describeProblem, RefusedError, recordExchange, recordNavigation } from "./record-exchange"
import { changeExchange, changeRun, endScene, getRun, isStored, type Run } from "./run"
import {
  attackerRedirectUri,
  client,
  getProvided,
  type PlayScene,
  redirectUri,
  requestOptions,
  scope,
} from "./tour-client"

/** Step 1 of Authorization: makes the values that the responses must match. */
export const prepare: PlayScene = async (issuer) => {
  const found = await recordExchange(async (fetch) => {
    const response = await oauth.discoveryRequest(new URL(issuer), requestOptions(fetch))
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
  const { codeChallenge, state, nonce } = getProvided(secret)
  const url = new URL(getProvided(server).authorization_endpoint ?? "")
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

/** Step 2 of Authorization: sends the browser to /authorize. `finishAuthorization` continues when it is back. */
export const authorize: PlayScene = async (issuer) => {
  const url = authorizationRequest(redirectUri(issuer))
  const id = recordNavigation(url)
  if (!isStored()) {
    const problem =
      "This browser blocks storage for this page, so the tour can't continue after the sign-in. Allow site data for this page and try again."
    changeExchange(id, { outcome: "failed", problem })
    return "interrupted"
  }
  location.assign(url)
  return "leaving"
}

/** Step 2 with an unregistered address. The response is a page, so a fetch shows it without leaving the tour. */
export const authorizeElsewhere: PlayScene = async () => {
  const { href } = authorizationRequest(attackerRedirectUri)
  const { outcome } = await recordExchange(async (fetch) => {
    const options = { method: "GET", headers: { accept: "text/html" }, redirect: "manual", body: undefined } as const
    const response = await fetch(href, options)
    if (!response.ok) throw new RefusedError()
  })
  return outcome
}

/**
 * Step 10 of Authorization, when the page's address is an authorization response. The response is removed from the
 * address before it is used, so that neither a reload nor the history uses it again.
 * @returns a problem that belongs to no scene, as a sentence, or null
 */
export async function finishAuthorization(): Promise<string | null> {
  const url = new URL(location.href)
  const { server, secret } = getRun()
  const isExpected = isSigningIn(getRun())
  if (!url.searchParams.has("code") && !url.searchParams.has("error")) {
    if (isExpected) cancelAuthorization()
    return null
  }
  history.replaceState(null, "", url.pathname)
  if (!isExpected || !server || !secret) {
    return "This tab wasn't waiting for that response, so the client ignored it. Start a new flow."
  }

  const id = recordNavigation(url)
  try {
    const parameters = oauth.validateAuthResponse(server, client, url, secret.state)
    changeRun({ code: parameters.get("code") })
    endScene("done")
  } catch (error) {
    const isRefusal = error instanceof oauth.AuthorizationResponseError
    changeExchange(id, { outcome: "failed", problem: isRefusal ? null : describeProblem(error) })
    endScene(isRefusal ? "refused" : "interrupted")
  }
  return null
}

/** Whether the browser was sent to the server and is not back yet. */
export function isSigningIn({ played }: Run): boolean {
  const last = played.at(-1)
  return last?.name === "authorize" && last.outcome === "in progress"
}

/** The browser is back without a response (Back was pressed, or the page opened again): the request can be repeated. */
function cancelAuthorization(): void {
  changeRun({ played: getRun().played.slice(0, -1), runsUntil: null })
}

/** Looks up the flow of the authorization request, and retries because its steps are stored a moment later. */
export async function findFlow(): Promise<void> {
  const { secret, startedAt } = getRun()
  if (!secret) return
  const address = `/playground/flow?${new URLSearchParams({ code_challenge: secret.codeChallenge })}`
  for (let attempt = 0; attempt < 20; attempt++) {
    const { flowId, played } = getRun()
    const isBack = played.some(({ name, outcome }) => name === "authorize" && outcome !== "in progress")
    if (flowId !== null || !isBack || getRun().startedAt !== startedAt) return
    const response = await fetch(address).catch(() => null)
    const found = response?.ok ? (await response.json()).flow_id : null
    if (found && getRun().startedAt === startedAt) return changeRun({ flowId: found })
    await new Promise((resolve) => setTimeout(resolve, 150))
  }
}
