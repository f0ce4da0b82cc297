import { resolveClient } from "@/lib/clients/resolve-client"
import type { Client } from "@/lib/data/clients"
import { type ClientLink, OAuthError } from "@/lib/protocol/errors"
import { findSite, isRegisteredRedirectUri } from "@/lib/protocol/redirect-uri"
import { errorResponse, responseUri } from "./authorization-response"
import { type AuthorizationState, decodeStateToken, isOfBrowser } from "./state-token"

/** A link to the start page of a client whose redirect URI of this request is not known to be right. */
export function siteLink({ clientName, redirectUris }: Client): ClientLink {
  const [first] = redirectUris
  return { name: clientName, returnUri: first === undefined ? null : findSite(first, redirectUris) }
}

/**
 * Adds the way back to the client to an error about a state token, for as long as the client and the redirect URI are
 * registered. No redirect is made: the person presses the link.
 */
export async function addClientLink(
  error: OAuthError,
  stateToken: string,
  browserTokens: string[],
): Promise<OAuthError> {
  const state = await decodeStateToken(stateToken)
  const client = state && (await resolveClient(state.request.clientId).catch(() => null))
  if (!client) return error
  const { redirectUri } = state.request
  const name = client.clientName
  if (!isRegisteredRedirectUri(redirectUri, client.redirectUris)) return error.withClient(siteLink(client))
  // A link cannot post a form.
  const isAnswerable = isUnanswered(error, state, browserTokens) && state.request.responseMode === "query"
  const returnUri = isAnswerable
    ? responseUri(errorResponse(notFinished, state.request))
    : findSite(redirectUri, client.redirectUris)
  return error.withClient({ name, returnUri })
}

/**
 * Whether the client still waits for an answer to this request, in this browser: the sign-in took too long. A used state
 * token had its answer, and one of another browser has its client's state there, so both lead to the client's start page.
 */
function isUnanswered({ reason }: OAuthError, state: AuthorizationState, browserTokens: string[]): boolean {
  return reason === "state_token_invalid" && isOfBrowser(state, browserTokens)
}

const notFinished = new OAuthError(
  "access_denied",
  "The sign-in was not finished in time. Start a new authorization request.",
  "state_token_invalid",
)
