import type { Flow } from "@/lib/flows/flow"
import { OAuthError } from "@/lib/protocol/errors"
import { userClaims } from "@/lib/sessions/user-claims"
import { isForUs, requireActiveAccessToken } from "./introspect"

/**
 * GET and POST /userinfo, OpenID Connect Core 1.0 section 5.3: the claims about the User that the scope allows.
 * @throws OAuthError invalid_token, insufficient_scope
 */
export async function findUserInfo(accessToken: string, flow: Flow): Promise<Record<string, unknown>> {
  const active = await requireActiveAccessToken(accessToken, flow)
  if (!isForUs(active)) {
    throw OAuthError.bearer(
      "invalid_token",
      "The access token is for another resource, not for this server. Request one without the resource parameter.",
      "access_token_for_another_resource",
    )
  }
  const { claims, user } = active
  const scope = claims.scope.split(" ")
  if (!scope.includes("openid")) {
    throw OAuthError.bearer(
      "insufficient_scope",
      "The access token does not have the scope openid. Request it with the scope openid.",
      "scope_not_granted",
    )
  }
  return userClaims(user, scope)
}
