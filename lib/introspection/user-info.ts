import { config } from "@/lib/config"
import { findClient } from "@/lib/data/clients"
import type { Flow } from "@/lib/flows/flow"
import { signJwt } from "@/lib/keys/jwt"
import type { Claims } from "@/lib/protocol/claims"
import { OAuthError } from "@/lib/protocol/errors"
import { scopeOf, type TokenSteps } from "@/lib/sessions/find-access-token"
import { readClaimsRequest, userClaims } from "@/lib/sessions/user-claims"
import { isForUs, type PresentedToken, requireActiveAccessToken } from "./introspect"

const steps: TokenSteps = { retrieves: "userInfo.retrieves_session", validates: "userInfo.validates_token" }

/**
 * GET and POST /userinfo, OpenID Connect Core 1.0 section 5.3: the claims about the User that the scope allows or the
 * authorization request named.
 * @returns the claims, or a JWT with them when the client is registered for signed responses (section 5.3.2)
 * @throws OAuthError invalid_token, insufficient_scope
 */
export async function findUserInfo(presented: PresentedToken, flow: Flow): Promise<Claims | string> {
  const active = await requireActiveAccessToken(presented, flow, steps)
  if (!isForUs(active)) {
    throw OAuthError.bearer(
      "invalid_token",
      "The access token is for another resource, not for this server. Request one without the resource parameter.",
      "access_token_for_another_resource",
    )
  }
  const { session, user } = active
  const scope = scopeOf(active)
  if (user === null || !scope.includes("openid")) {
    throw OAuthError.bearer(
      "insufficient_scope",
      "The access token does not have the scope openid. Request it with the scope openid.",
      "scope_not_granted",
    )
  }
  const info = userClaims(user, scope, readClaimsRequest(session.claims, "userinfo"))
  flow.step("userInfo.queries_user", () => ({ sub: user.id, claims: Object.keys(info) }))
  const { clientId, userinfoSignedResponseAlg: alg = null } = (await findClient(session.clientId)) ?? {}
  flow.step("userInfo.returns_user", () => (alg === null ? {} : { signed_with: alg }))
  return alg === null ? info : signJwt(alg, "JWT", { iss: config().issuer, aud: clientId, ...info })
}
