import { requireGrantType } from "@/lib/clients/grant-types"
import { currentTime } from "@/lib/clock"
import { config } from "@/lib/config"
import type { Client } from "@/lib/data/clients"
import { insertSessionWithoutUser } from "@/lib/data/sessions"
import type { Flow } from "@/lib/flows/flow"
import { count } from "@/lib/metrics"
import type { Parameters } from "@/lib/protocol/parameters"
import { parseResources } from "@/lib/protocol/resource"
import { resolveScope, standardScopes } from "@/lib/protocol/scope"
import { issueAccessToken } from "@/lib/sessions/access-token"
import { checkDpopBinding, consumeDpopProof, type DpopProof } from "@/lib/sessions/dpop"
import { describeTokens, type TokenResponse } from "@/lib/sessions/token-response"

/** A token request for the client credentials grant, RFC 6749 section 4.4.2 and RFC 8707 section 2. */
export type ClientTokenRequest = { scope: string | undefined; resource: string[] }

/** @throws OAuthError invalid_request */
export function parseClientTokenRequest(form: Parameters): ClientTokenRequest {
  return { scope: form.get("scope"), resource: form.getAll("resource") }
}

/**
 * The client credentials grant at POST /token: an access token for the client itself, in a Session without a User. It has no
 * refresh token: RFC 6749 section 4.4.3: "A refresh token SHOULD NOT be included."
 * @throws OAuthError
 */
export async function issueClientToken(
  client: Client,
  request: ClientTokenRequest,
  flow: Flow,
  proof: DpopProof | null = null,
): Promise<TokenResponse> {
  const now = currentTime()
  flow.step("clientCredentials.validates_request")
  requireGrantType(client, "client_credentials")
  // The standard scopes are about a User, and there is none.
  const registered = client.scope.filter((value) => !standardScopes.includes(value))
  const scope = resolveScope(request.scope, registered, { strict: client.strictScope })
  const resource = parseResources(request.resource)
  checkDpopBinding(proof, { boundTo: null, isRequired: client.dpopBoundAccessTokens })
  flow.join(flow.id)
  flow.concerns(client)
  flow.step("clientCredentials.generates_token")
  const session = {
    id: flow.id,
    userId: null,
    clientId: client.clientId,
    scope,
    resource,
    dpopJkt: proof?.jkt ?? null,
    authTime: now,
    expiresAt: new Date(now.getTime() + config().ACCESS_TOKEN_SECONDS * 1000),
  }
  const access = await issueAccessToken({ session, scope, resource, dpopJkt: session.dpopJkt }, now)
  flow.step("clientCredentials.stores_session", () => ({
    sid: session.id,
    expires_at: session.expiresAt.toISOString(),
  }))
  await consumeDpopProof(proof)
  await insertSessionWithoutUser(session, now)
  const response: TokenResponse = {
    access_token: access.token,
    token_type: proof ? "DPoP" : "Bearer",
    expires_in: access.expiresIn,
    ...(scope.length > 0 && { scope: scope.join(" ") }),
  }
  flow.step("clientCredentials.returns_token", () => describeTokens(response))
  count("tokens_issued", ["client_credentials"])
  return response
}
