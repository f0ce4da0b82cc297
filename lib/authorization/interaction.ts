import { type Client, findClient } from "@/lib/data/clients"
import { findConsent, saveConsent } from "@/lib/data/consents"
import { describeParameter } from "@/lib/flows/facts"
import type { Flow } from "@/lib/flows/flow"
import { OAuthError } from "@/lib/protocol/errors"
import { describeRedirectUri } from "@/lib/protocol/redirect-uri"
import { describeScope } from "@/lib/protocol/scope"
import { findSignedInUser } from "@/lib/sessions/browser-sessions"
import type { Browser } from "./authorize"
import { type AuthorizationState, openStateToken, sealStateToken } from "./state-token"

/** What the sign-in and consent pages show of an authorization request. */
export type Interaction = {
  flowId: string
  client: Pick<Client, "clientName">
  /** The host, or the app's scheme, that the browser goes back to. */
  returnHost: string
  scopes: { name: string; words: string }[]
  resources: string[]
  loginHint: string | null
}

/** Where /callback takes the authorization up again. */
export function callbackPath(stateToken: string): string {
  return `/callback?${new URLSearchParams({ state: stateToken })}`
}

/** What to show for a state token; null when it has expired, was altered or is of another browser: /callback says which. */
export async function findInteraction(stateToken: string, browserTokens: string[]): Promise<Interaction | null> {
  const state = await openOrNull(stateToken, browserTokens)
  const client = state && (await findClient(state.request.clientId))
  if (!client) return null
  const { request } = state
  return {
    flowId: state.id,
    client: { clientName: client.clientName },
    returnHost: describeRedirectUri(request.redirectUri),
    scopes: describeScope(request.scope),
    resources: request.resource,
    loginHint: request.loginHint,
  }
}

/**
 * Remembers that the person who is signed in allows what the request asks for.
 * @param shownUserId the User that the page named when the person pressed Allow: somebody else may have signed in since
 * @returns the path to go on with
 */
export async function allowInteraction(
  stateToken: string,
  browser: Browser,
  shownUserId: string,
  flow: Flow | null,
): Promise<string> {
  const state = await openOrNull(stateToken, browser.browserTokens)
  const signedIn = await findSignedInUser(browser.browserSessionToken)
  if (state && signedIn?.user.id === shownUserId && (await findClient(state.request.clientId))) {
    const { clientId, scope, resource } = state.request
    flow?.concerns({ clientId, userId: shownUserId })
    flow?.step("authorization.stores_consent", () => ({
      scope,
      resource: resource.map((value) => describeParameter("resource", value)),
    }))
    const before = await findConsent(shownUserId, clientId)
    await saveConsent({
      userId: shownUserId,
      clientId,
      scope: union(before?.scope, scope),
      resource: union(before?.resource, resource),
      grantedAt: new Date(),
    })
  }
  return callbackPath(stateToken)
}

/** The person does not allow it. @returns the path to go on with: the client is told by /callback, as ever */
export async function denyInteraction(stateToken: string, browserTokens: string[]): Promise<string> {
  const state = await openOrNull(stateToken, browserTokens)
  return callbackPath(state ? await sealStateToken({ ...state, denied: true }) : stateToken)
}

const union = (before: string[] = [], now: string[]) => [...new Set([...before, ...now])]

async function openOrNull(stateToken: string, browserTokens: string[]): Promise<AuthorizationState | null> {
  try {
    return await openStateToken(stateToken, browserTokens)
  } catch (error) {
    if (error instanceof OAuthError) return null
    throw error
  }
}
