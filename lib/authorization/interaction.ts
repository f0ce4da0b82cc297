import { storeDocumentClient } from "@/lib/clients/client-document"
import { resolveClient } from "@/lib/clients/resolve-client"
import { currentTime } from "@/lib/clock"
import type { Source } from "@/lib/data/audit-events"
import type { Client } from "@/lib/data/clients"
import { addConsent } from "@/lib/data/consents"
import { findSession } from "@/lib/data/sessions"
import { describeParameter } from "@/lib/flows/facts"
import type { Flow } from "@/lib/flows/flow"
import type { Locale } from "@/lib/i18n/locales"
import { OAuthError } from "@/lib/protocol/errors"
import { asksForSignIn } from "@/lib/protocol/prompt"
import { generateTimeOrderedId } from "@/lib/protocol/random"
import { describeRedirectUri, isGenericScheme } from "@/lib/protocol/redirect-uri"
import { formatUserCode } from "@/lib/protocol/user-code"
import { findSignedInUser, type SignedIn } from "@/lib/sessions/browser-sessions"
import type { Browser } from "./authorize"
import { listConsented, listExtraClaims } from "./consented"
import { findNextStep } from "./next-step"
import { RedirectableError } from "./redirectable-error"
import { type AuthorizationState, openStateToken, sealStateToken } from "./state-token"

/** What the sign-in and consent pages show of an authorization request. */
export type Interaction = {
  flowId: string
  client: Pick<Client, "clientId" | "clientName" | "source" | "logoUri" | "clientUri" | "policyUri" | "tosUri">
  /** The host, or the app's scheme, that the browser goes back to. */
  returnHost: string
  /** Whether any other app on the device is likely to use this scheme too. */
  hasGenericScheme: boolean
  scopes: string[]
  /** The claims that are requested by name and that no scope allows. */
  claims: string[]
  resources: string[]
  loginHint: string | null
  /** Whether the person chooses among accounts, so that a sign-in with another one adds it (prompt select_account). */
  selectsAccount: boolean
  /** Whether an earlier sign-in, here or at another provider, is not enough (prompt login, max_age 0). */
  asksForFreshSignIn: boolean
  /** The language that the client asked for. */
  locale: Locale | null
  /** The code that the device shows; null when the browser goes back to the client instead. */
  userCode: string | null
}

/** The path of /callback, where the authorization continues. */
export function callbackPath(stateToken: string): string {
  return `/callback?${new URLSearchParams({ state: stateToken })}`
}

/**
 * The path where a browser continues after a form of the flow: /callback. When the state token has made its code already,
 * the person went back and pressed the button again. The path then has a new token for the same request, which can make
 * another code; reloading /callback cannot.
 */
export async function continuePath(stateToken: string, browserTokens: string[]): Promise<string> {
  return pathWithUnusedToken(stateToken, await openOrNull(stateToken, browserTokens))
}

async function pathWithUnusedToken(stateToken: string, state: AuthorizationState | null): Promise<string> {
  return callbackPath(state && (await isUsed(state)) ? await sealAgain(state) : stateToken)
}

/**
 * Where a browser continues that opens the sign-in page although its User is signed in: the person went back, or signed in
 * in another tab.
 * @param stateToken null without an authorization
 * @returns null when the form must be shown: no one is signed in, or the request asks for another sign-in
 */
export async function findPathPastForm(stateToken: string | null, browser: Browser): Promise<string | null> {
  if (stateToken === null) return (await findSignedInUser(browser.browserSessionToken)) ? "/" : null
  const state = await openOrNull(stateToken, browser.browserTokens)
  const signedIn = await findSignedInUser(browser.browserSessionToken)
  const client = state && signedIn && (await resolveClient(state.request.clientId))
  if (!client || (await needsSignIn(state, client, signedIn))) return null
  // The sign-in that the request asked for was for the code that has been made.
  if (asksForSignIn(state.request.prompt) && (await isUsed(state))) return null
  return pathWithUnusedToken(stateToken, state)
}

async function needsSignIn(state: AuthorizationState, client: Client, signedIn: SignedIn): Promise<boolean> {
  try {
    const { step } = await findNextStep(state, client, signedIn)
    return step === "sign-in" || step === "sign-up" || step === "passkey"
  } catch (error) {
    // Another User is signed in than the request names.
    if (error instanceof RedirectableError) return true
    throw error
  }
}

/** Whether the User who is signed in has to use the passkey that they have. */
export async function isPasskeyNeeded(stateToken: string, browser: Browser): Promise<boolean> {
  const state = await openOrNull(stateToken, browser.browserTokens)
  const signedIn = await findSignedInUser(browser.browserSessionToken)
  const client = state && signedIn && (await resolveClient(state.request.clientId))
  if (!client) return false
  return (await findNextStep(state, client, signedIn).catch(() => null))?.step === "passkey"
}

/** Whether the state token has made its code: the Session has its id. */
const isUsed = async ({ id }: AuthorizationState) => (await findSession(id)) !== null

const sealAgain = (state: AuthorizationState) => sealStateToken({ ...state, id: generateTimeOrderedId(new Date()) })

/** What to show for a state token; null when it has expired, was altered or belongs to another browser. /callback then reports which. */
export async function findInteraction(stateToken: string, browserTokens: string[]): Promise<Interaction | null> {
  const state = await openOrNull(stateToken, browserTokens)
  const client = state && (await resolveClient(state.request.clientId))
  if (!client) return null
  const { request } = state
  return {
    flowId: state.id,
    client,
    returnHost: describeRedirectUri(request.redirectUri),
    hasGenericScheme: isGenericScheme(request.redirectUri),
    scopes: request.scope,
    claims: listExtraClaims(request),
    resources: request.resource,
    loginHint: request.loginHint,
    locale: request.locale ?? null,
    asksForFreshSignIn: request.prompt.includes("login") || request.maxAge === 0,
    selectsAccount: request.prompt.includes("select_account"),
    userCode: request.device ? formatUserCode(request.device.userCode) : null,
  }
}

/**
 * Remembers that the person who is signed in allows what the request asks for.
 * @param shownUserId the User that the page named when the person pressed Allow: another may have signed in since
 * @returns the next path
 */
export async function allowInteraction(
  stateToken: string,
  browser: Browser,
  shownUserId: string,
  source: Source,
  flow: Flow | null,
): Promise<string> {
  const state = await openOrNull(stateToken, browser.browserTokens)
  const signedIn = await findSignedInUser(browser.browserSessionToken)
  const client = state && (await resolveClient(state.request.clientId))
  if (client && signedIn?.user.id === shownUserId) {
    const { clientId, resource } = state.request
    const scope = listConsented(state.request)
    flow?.concerns({ clientId, userId: shownUserId })
    flow?.step("authorization.stores_consent", () => ({
      scope,
      resource: resource.map((value) => describeParameter("resource", value)),
    }))
    await storeDocumentClient(client, source)
    await addConsent({ userId: shownUserId, clientId, scope, resource, grantedAt: currentTime() }, source)
  }
  return pathWithUnusedToken(stateToken, state)
}

/** Records which account the person chose. @returns the next path */
export async function chooseAccount(stateToken: string, browserTokens: string[], userId: string): Promise<string> {
  const state = await openOrNull(stateToken, browserTokens)
  return callbackPath(state ? await sealStateToken({ ...state, chosen: userId }) : stateToken)
}

/** Records that the user denied. @returns the next path, /callback, which redirects to the client */
export async function denyInteraction(stateToken: string, browserTokens: string[]): Promise<string> {
  const state = await openOrNull(stateToken, browserTokens)
  return callbackPath(state ? await sealStateToken({ ...state, denied: true }) : stateToken)
}

async function openOrNull(stateToken: string, browserTokens: string[]): Promise<AuthorizationState | null> {
  try {
    return await openStateToken(stateToken, browserTokens)
  } catch (error) {
    if (error instanceof OAuthError) return null
    throw error
  }
}
