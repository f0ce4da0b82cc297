import { mayChangeFactors } from "@/lib/accounts/passkeys"
import { currentTime } from "@/lib/clock"
import { config } from "@/lib/config"
import type { Client } from "@/lib/data/clients"
import { findConsent } from "@/lib/data/consents"
import { acrOf } from "@/lib/protocol/acr"
import { OAuthError } from "@/lib/protocol/errors"
import { asksForSignIn } from "@/lib/protocol/prompt"
import { isClaimable } from "@/lib/protocol/redirect-uri"
import { includesResource } from "@/lib/protocol/resource"
import { isRecentSignIn, type SignedIn } from "@/lib/sessions/browser-sessions"
import type { AuthorizationRequest } from "./authorization-request"
import { listConsented } from "./consented"
import { RedirectableError } from "./redirectable-error"
import type { AuthorizationState } from "./state-token"

export type NextStep =
  | { step: "sign-in" | "sign-up" | "passkey" | "second-factor" | "consent" }
  | { step: "answer"; signedIn: SignedIn }

/**
 * What an authorization still needs: a sign-in, a sign-in with the passkey that the User has, a second factor, a consent, or nothing. One function decides it for /authorize and for
 * /callback, so that neither can be talked into more than the other.
 * @throws RedirectableError
 */
export async function findNextStep(
  state: AuthorizationState,
  client: Client,
  signedIn: SignedIn | null,
): Promise<NextStep> {
  const { request } = state
  const signIn: NextStep = { step: request.prompt.includes("create") && config().SIGN_UP ? "sign-up" : "sign-in" }
  if (!signedIn) return signIn
  const signedInForThis = signedIn.authenticatedAt >= state.startedAt
  const isChosen = state.chosen === signedIn.user.id && !request.prompt.includes("login")
  if (asksForSignIn(request.prompt) && !signedInForThis && !isChosen) return signIn
  if (!signedInForThis && !isRecentEnough(signedIn, request.maxAge)) return signIn
  if (request.hintedSub !== null && ![request.hintedSub].flat().includes(signedIn.user.id)) {
    if (!signedInForThis) return signIn
    // OpenID Connect Core 1.0 section 3.1.2.2: for a sub in claims, the server "MUST NOT reply with an ID Token or Access
    // Token for a different user". For an id_token_hint, it "MUST return an error, such as login_required" (3.1.2.1).
    const another = new OAuthError(
      "login_required",
      "The signed-in user is not the one that the id_token_hint or the sub in claims names. Leave it out, or send prompt=login.",
      "sign_in_missing",
    )
    throw RedirectableError.from(another, request)
  }
  if (needsSecondFactor(request, client) && acrOf(signedIn.amr) === "1") {
    // Someone who only knows the password must not be able to add the second factor of a User who has one.
    if (!(await mayChangeFactors(signedIn))) return { step: "passkey" }
    // The page where it is set up needs a recent sign-in.
    return isRecentSignIn(signedIn) ? { step: "second-factor" } : signIn
  }
  return (await isConsented(state, client, signedIn)) ? { step: "answer", signedIn } : { step: "consent" }
}

/** OpenID Connect Core 1.0 section 3.1.2.1: acr_values are voluntary, so that a request with prompt=none does not fail for them. */
const needsSecondFactor = ({ secondFactor, prompt }: AuthorizationRequest, client: Client) =>
  config().REQUIRE_SECOND_FACTOR ||
  client.requireSecondFactor ||
  secondFactor === "essential" ||
  (secondFactor === "voluntary" && !prompt.includes("none"))

/** OpenID Connect Core 1.0 section 3.1.2.1: max_age. */
function isRecentEnough({ authenticatedAt }: SignedIn, maxAge: number | null): boolean {
  return maxAge === null || currentTime().getTime() - authenticatedAt.getTime() <= maxAge * 1000
}

/** Whether the User has to allow the client what it asks for, now or earlier. */
export const needsConsent = ({ request }: AuthorizationState, client: Client): boolean =>
  !client.firstParty || request.device !== undefined

async function isConsented(state: AuthorizationState, client: Client, { user }: SignedIn): Promise<boolean> {
  const { request, startedAt } = state
  if (!needsConsent(state, client)) return true
  const consent = await findConsent(user.id, client.clientId)
  // RFC 8252 section 8.6: a request of a native client, whose identity nothing proves, is not to be granted without the
  // person, whatever they allowed before.
  const nameOnly = client.tokenEndpointAuthMethod === "none" && isClaimable(request.redirectUri, client.redirectUris)
  // RFC 8628 section 5.4: someone else may have started the device's flow and sent this person the code.
  const askedNow = nameOnly || request.device !== undefined || request.prompt.includes("consent")
  return (
    consent !== null &&
    listConsented(request).every((scope) => consent.scope.includes(scope)) &&
    request.resource.every((resource) => includesResource(consent.resource, resource)) &&
    (!askedNow || consent.grantedAt >= startedAt)
  )
}
