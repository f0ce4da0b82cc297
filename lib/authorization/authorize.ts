import { findSignedInUser } from "@/lib/authentication/browser-sessions"
import { type Client, findClient } from "@/lib/data/clients"
import { OAuthError } from "@/lib/protocol/errors"
import type { Parameters } from "@/lib/protocol/parameters"
import { parseCodeChallenge } from "@/lib/protocol/pkce"
import { generateToken } from "@/lib/protocol/random"
import { isRegisteredRedirectUri } from "@/lib/protocol/redirect-uri"
import { resolveScope } from "@/lib/protocol/scope"
import { issueAuthCode } from "./auth-code"
import { checkGrantType, parseAuthorizationRequest, parseReturnAddress } from "./authorization-request"
import { codeResponseUri } from "./authorization-response"
import { findNextStep } from "./next-step"
import { RedirectableError } from "./redirectable-error"
import { type AuthorizationState, beginAuthorization, openStateToken, sealStateToken } from "./state-token"

/** What the browser brought along: the value that state tokens are bound to, and who signed in in it. */
export type Browser = { browserToken: string | null; browserSessionToken: string | null }

/** Where the browser goes next: a path of ours or the client's redirect URI. `browserToken` is a binding cookie to set. */
export type AuthorizationAnswer = { location: string; browserToken?: string }

/**
 * GET and POST /authorize: checks the request, and sends the browser to sign-in with the state token; or, when somebody
 * is signed in and has consented, answers the client at once.
 * Nothing is written to the database until then. OAuth 2.1 section 4.1.1.
 * @throws OAuthError for a page, RedirectableError for the client
 */
export async function authorize(parameters: Parameters, browser: Browser): Promise<AuthorizationAnswer> {
  const { client, address } = await parseReturnAddress(parameters)
  const request = parseAuthorizationRequest(parameters, client, address)
  return continueAuthorization(beginAuthorization(request), client, browser)
}

/**
 * GET /callback: opens the state token, and goes on with the authorization from what is true now; anything may have
 * changed since /authorize.
 * @throws OAuthError for a page, RedirectableError for the client
 */
export async function resumeAuthorization(stateToken: string, browser: Browser): Promise<AuthorizationAnswer> {
  const state = await openStateToken(stateToken, browser.browserToken)
  const client = await recheckClient(state)
  if (state.denied) throw refuse(state, "access_denied", "The person did not allow it.", "user_denied")
  return continueAuthorization(state, client, browser)
}

async function recheckClient({ request }: AuthorizationState): Promise<Client> {
  const client = await findClient(request.clientId)
  if (!client) throw OAuthError.invalidRequest("The client is no longer registered here.", "client_unknown")
  if (!isRegisteredRedirectUri(request.redirectUri, client.redirectUris)) {
    throw OAuthError.invalidRequest(
      "The redirect_uri is no longer registered for the client.",
      "redirect_uri_unregistered",
    )
  }
  try {
    checkGrantType(client)
    const codeChallenge = request.codeChallenge ?? undefined
    parseCodeChallenge(codeChallenge, codeChallenge && "S256", client.requirePkce)
    resolveScope(request.scope.join(" "), client.scope)
  } catch (error) {
    throw RedirectableError.from(error, request)
  }
  return client
}

async function continueAuthorization(
  state: AuthorizationState,
  client: Client,
  browser: Browser,
): Promise<AuthorizationAnswer> {
  const signedIn = await findSignedInUser(browser.browserSessionToken)
  const next = await findNextStep(state, client, signedIn)
  if (next.step === "answer")
    return { location: codeResponseUri(await issueAuthCode(state, next.signedIn), state.request) }
  // OpenID Connect Core 1.0 section 3.1.2.1: with prompt none "The Authorization Server MUST NOT display any
  // authentication or consent user interface pages."
  if (state.request.prompt.includes("none")) {
    throw next.step === "consent"
      ? refuse(state, "consent_required", "The person has not consented yet, and prompt is none.", "consent_missing")
      : refuse(state, "login_required", "Nobody suitable is signed in, and prompt is none.", "sign_in_missing")
  }
  const browserToken = browser.browserToken ?? generateToken()
  const stateToken = await sealStateToken(state, browserToken)
  return { location: `/${next.step}?${new URLSearchParams({ state: stateToken })}`, browserToken }
}

function refuse(
  state: AuthorizationState,
  ...[code, description, reason]: ConstructorParameters<typeof OAuthError>
): unknown {
  return RedirectableError.from(new OAuthError(code, description, reason), state.request)
}
