import { requireGrantType, tokenExchangeGrant } from "@/lib/clients/grant-types"
import { currentTime } from "@/lib/clock"
import type { Client } from "@/lib/data/clients"
import { fingerprint } from "@/lib/flows/facts"
import type { Flow } from "@/lib/flows/flow"
import { count } from "@/lib/metrics"
import { OAuthError } from "@/lib/protocol/errors"
import type { Parameters } from "@/lib/protocol/parameters"
import { includesResource, narrowResources, parseResources } from "@/lib/protocol/resource"
import { narrowScope } from "@/lib/protocol/scope"
import { issueAccessToken } from "@/lib/sessions/access-token"
import { checkDpopBinding, consumeDpopProof, type DpopProof } from "@/lib/sessions/dpop"
import { type AccessToken, audienceOf, findAccessToken, scopeOf } from "@/lib/sessions/find-access-token"
import { describeTokens, type TokenResponse } from "@/lib/sessions/token-response"

/** The token type that this server exchanges, RFC 8693 section 3. */
const accessTokenType = "urn:ietf:params:oauth:token-type:access_token"

/** A token exchange request, RFC 8693 section 2.1. */
export type ExchangeRequest = { subjectToken: string; scope: string | undefined; resource: string[] }

/** @throws OAuthError invalid_request */
export function parseExchangeRequest(form: Parameters): ExchangeRequest {
  const refuse = (name: string) => {
    throw OAuthError.invalidRequest(
      `The parameter ${name} must be ${accessTokenType}. Exchange an access token for an access token.`,
      "parameter_unsupported",
    )
  }
  const subjectToken = form.require("subject_token")
  if (form.require("subject_token_type") !== accessTokenType) refuse("subject_token_type")
  if ((form.get("requested_token_type") ?? accessTokenType) !== accessTokenType) refuse("requested_token_type")
  if (form.get("actor_token") !== undefined) {
    throw OAuthError.invalidRequest(
      "The parameter actor_token is not supported. The actor is always the client. Leave it out.",
      "parameter_unsupported",
    )
  }
  // RFC 8693 section 2.1.1: the audience names a service too. Here its name is its resource indicator.
  const audience = form.get("audience")
  return {
    subjectToken,
    scope: form.get("scope"),
    resource: [...form.getAll("resource"), ...(audience ? [audience] : [])],
  }
}

/**
 * The token exchange grant at POST /token, RFC 8693: an access token of the same User for another service. A client can
 * exchange its own tokens, and those that are meant for it. It never gets more than what the User allowed: the scope, the
 * resources and the end are those of the token, or less, and the new token ends with the same Session.
 * @throws OAuthError
 */
export async function exchangeToken(
  client: Client,
  request: ExchangeRequest,
  flow: Flow,
  proof: DpopProof | null = null,
): Promise<TokenResponse> {
  const now = currentTime()
  requireGrantType(client, tokenExchangeGrant)
  flow.note(() => ({ subject_token: fingerprint(request.subjectToken) }))
  const subject = await findExchangeable(client, request.subjectToken, now, flow)
  flow.step("tokenExchange.generates_token")
  const allowed = scopeOf(subject).filter((value) => client.scope.includes(value))
  const scope = narrowScope(request.scope, allowed)
  const granted = subject.session.resource
  const resource =
    request.resource.length > 0
      ? narrowResources(parseResources(request.resource), granted)
      : granted.filter((one) => includesResource(audienceOf(subject), one))
  checkDpopBinding(proof, { boundTo: null, isRequired: client.dpopBoundAccessTokens })
  const expiresAt = new Date(Number(subject.claims.exp) * 1000)
  const session = { ...subject.session, clientId: client.clientId, expiresAt }
  // RFC 8693 section 4.1: who acts for the User.
  const actor = subject.claims.client_id === client.clientId ? undefined : client.clientId
  const access = await issueAccessToken({ session, scope, resource, dpopJkt: proof?.jkt ?? null, actor }, now)
  await consumeDpopProof(proof)
  const response: TokenResponse = {
    access_token: access.token,
    issued_token_type: accessTokenType,
    token_type: proof ? "DPoP" : "Bearer",
    expires_in: access.expiresIn,
    scope: scope.join(" "),
  }
  flow.step("tokenExchange.returns_token", () => describeTokens(response))
  count("tokens_issued", ["token_exchange"])
  return response
}

async function findExchangeable(client: Client, subjectToken: string, now: Date, flow: Flow): Promise<AccessToken> {
  const { token, problem } = await findAccessToken(subjectToken, now, flow)
  const names = [client.clientId, ...client.resources]
  const isMeant =
    token &&
    (token.claims.client_id === client.clientId || audienceOf(token).some((aud) => includesResource(names, aud)))
  if (!isMeant || problem !== null) {
    throw OAuthError.invalidGrant(
      "The subject_token is not active, or not meant for this client. Its aud must be a resource of the client.",
      problem ?? "token_of_another_client",
    )
  }
  flow.join(token.session.id)
  flow.concerns({ clientId: client.clientId, userId: token.session.userId })
  return token
}
