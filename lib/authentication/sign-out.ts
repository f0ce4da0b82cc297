import { compareUris } from "@/lib/clients/compare-uris"
import type { Source } from "@/lib/data/audit-events"
import { type Client, findClient } from "@/lib/data/clients"
import { describeParameter, describeParameters } from "@/lib/flows/facts"
import type { Flow } from "@/lib/flows/flow"
import { findVerifiedClaims } from "@/lib/keys/jwt"
import { OAuthError } from "@/lib/protocol/errors"
import type { Parameters } from "@/lib/protocol/parameters"
import { addQuery } from "@/lib/protocol/redirect-uri"
import { endBrowserSession, findSignedInUser } from "@/lib/sessions/browser-sessions"
import { notifyClients } from "./logout-notifications"

/** A request to sign out in which everything has been checked. */
export type SignOutRequest = {
  client: Client | null
  /** Where the browser goes afterwards: the post-logout redirect URI with the client's state; null when none was requested. */
  returnUri: string | null
  /** The User whom the ID token is about; null without an ID token. */
  sub: string | null
  /** The Session of the ID token. */
  sid: string | null
}

/** The page that asks the person, and that afterwards reports that no one is signed in. */
const signOutPage = "/sign-out"

/** Characters, form-encoded: the parameters are in the URL of that page. */
const maxLength = 2_048

/**
 * GET and POST /end-session, OpenID Connect RP-Initiated Logout 1.0: signs the browser out when the ID token is about the User
 * who is signed in, and asks the person otherwise.
 * @returns where the browser goes next, and whether its cookie is to be deleted
 * @throws OAuthError for a page: nothing is redirected to a URI that is not registered
 */
export async function endSession(
  parameters: Parameters,
  {
    browserSessionToken,
    otherSessionTokens = [],
  }: { browserSessionToken: string | null; otherSessionTokens?: string[] },
  flow: Flow,
): Promise<{ location: string; signedOut: boolean }> {
  flow.step("signOut.calls_end_session", () => describeParameters(parameters.entries()))
  const request = await parseSignOutRequest(parameters, flow)
  if (request.sid) flow.join(request.sid)
  if (request.client) flow.concerns(request.client)
  flow.step("signOut.validates_request")
  const signedIn = await findSignedInUser(browserSessionToken)
  // RP-Initiated Logout 1.0 section 2: the server "MUST ask the End-User this question if the id_token_hint was not provided
  // or if the supplied ID Token does not belong to the current OP session with the RP and/or currently logged in End-User."
  if (signedIn && request.sub !== signedIn.user.id) {
    flow.step("signOut.asks_to_sign_out")
    return { location: confirmationPath(parameters, request), signedOut: false }
  }
  flow.step("signOut.ends_browser_session")
  const ended: (string | null)[] = []
  // The same User may have signed in twice in this browser, and would still be in the account chooser.
  for (const token of otherSessionTokens) {
    if ((await findSignedInUser(token))?.user.id === signedIn?.user.id) ended.push(token)
  }
  await signOutBrowser([...ended, browserSessionToken], flow.source, flow)
  flow.step("signOut.returns_to_client")
  return { location: request.returnUri ?? signOutPage, signedOut: true }
}

/**
 * Signs this browser out, and notifies the clients with a backchannel_logout_uri.
 * @param tokens of its BrowserSessions
 * @param flow of a client's request to sign out
 */
export async function signOutBrowser(tokens: (string | null)[], source: Source, flow?: Flow): Promise<void> {
  const notified: string[] = []
  try {
    for (const token of tokens) if (token !== null) notified.push(...(await endBrowserSession(token, source)))
  } finally {
    // When one of them cannot be ended, the notifications of those before it are stored already.
    if (notified.length > 0) notifyClients()
  }
  if (notified.length === 0) return
  flow?.step("signOut.stores_notifications", () => ({ notified_clients: [...new Set(notified)] }))
}

/**
 * Where a form that another site posted continues: browsers send no cookies with it, but do with the redirect.
 * @throws OAuthError as `parseSignOutRequest`
 */
export async function findUnauthenticatedPath(parameters: Parameters): Promise<string> {
  return parameters.length() <= maxLength
    ? `/end-session?${parameters}`
    : confirmationPath(parameters, await parseSignOutRequest(parameters))
}

/** The URL leaves out the ID token, which can be too long; the page asks the user instead. */
function confirmationPath(parameters: Parameters, { client, returnUri }: SignOutRequest): string {
  // Without a return URI the length of `state` was not checked, so it is not copied.
  const names = returnUri === null ? [] : ["post_logout_redirect_uri", "state"]
  const kept = names.flatMap((name) => {
    const value = parameters.get(name)
    return value === undefined ? [] : [[name, value] as [string, string]]
  })
  const query = new URLSearchParams([...(client ? [["client_id", client.clientId]] : []), ...kept])
  return query.size > 0 ? `${signOutPage}?${query}` : signOutPage
}

/**
 * Checks a request to sign out, RP-Initiated Logout 1.0 section 2.
 * @throws OAuthError invalid_request
 */
export async function parseSignOutRequest(parameters: Parameters, flow?: Flow): Promise<SignOutRequest> {
  parameters.checkAll()
  const claims = await verifyHint(parameters.get("id_token_hint"))
  const audience = claims && String(claims.aud)
  const clientId = parameters.get("client_id") ?? audience
  // Section 2: "When both client_id and id_token_hint are present, the OP MUST verify that the Client Identifier matches the
  // one used when issuing the ID Token."
  if (audience && clientId !== audience) {
    throw invalid(
      "The id_token_hint was issued to a different client from the one in client_id. Send the client's own ID token, or leave one of them out.",
      "parameter_invalid",
    )
  }
  const client = clientId ? await findClient(clientId) : null
  if (clientId && !client)
    throw invalid(
      "The client_id is not registered with this server. Compare it with the registration.",
      "client_unknown",
    )
  return {
    client,
    returnUri: findReturnUri(parameters, client, flow),
    sub: claims?.sub ?? null,
    sid: claims?.sid ?? null,
  }
}

/** It may have expired: a person may sign out at any time. */
async function verifyHint(hint: string | undefined): Promise<{ aud: string; sub: string; sid: string | null } | null> {
  if (hint === undefined) return null
  const claims = await findVerifiedClaims(hint, { alg: ["RS256", "ES256"], typ: "JWT", ignoreExpiry: true })
  if (!claims?.sub || typeof claims.aud !== "string") {
    throw invalid(
      "The id_token_hint is not an ID token from this server. Send one that is, or send client_id instead.",
      "parameter_invalid",
    )
  }
  return { aud: claims.aud, sub: claims.sub, sid: typeof claims.sid === "string" ? claims.sid : null }
}

function findReturnUri(parameters: Parameters, client: Client | null, flow?: Flow): string | null {
  const requested = parameters.get("post_logout_redirect_uri")
  if (requested === undefined) return null
  if (!client) {
    throw invalid("The post_logout_redirect_uri needs an id_token_hint or a client_id. Send one.", "parameter_missing")
  }
  // Section 3: "The value MUST have been previously registered with the OP".
  if (!client.postLogoutRedirectUris.includes(requested)) {
    flow?.note(() => ({
      post_logout_redirect_uri: {
        sent: describeParameter("post_logout_redirect_uri", requested),
        stored: client.postLogoutRedirectUris.slice(0, 20).map((uri) => describeParameter("redirect_uri", uri)),
      },
    }))
    throw new OAuthError(
      "invalid_request",
      "The post_logout_redirect_uri is not registered for this client. Add it with `client update --post-logout-redirect-uri`, or send a registered one.",
      "redirect_uri_unregistered",
      { comparison: compareUris("post_logout_redirect_uri", requested, client) },
    )
  }
  const state = parameters.get("state")
  const returnUri = state === undefined ? requested : addQuery(requested, { state })
  if (returnUri.length > maxLength)
    throw invalid(
      "The parameter state is too long: with the redirect URI it can have at most 2048 characters. Send a shorter one.",
      "parameter_invalid",
    )
  return returnUri
}

const invalid = (description: string, reason: ConstructorParameters<typeof OAuthError>[2]) =>
  OAuthError.invalidRequest(description, reason)
