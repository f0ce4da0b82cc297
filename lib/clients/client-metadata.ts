import type { Client } from "@/lib/data/clients"
import { listAuthMethods } from "./authentication"

/** A client in the field names of RFC 7591 section 2. It holds no secret. */
export function toClientMetadata(client: Client) {
  const methods = listAuthMethods(client)
  return {
    client_id: client.clientId,
    client_id_issued_at: Math.floor(client.createdAt.getTime() / 1000),
    client_name: client.clientName,
    redirect_uris: client.redirectUris,
    post_logout_redirect_uris: client.postLogoutRedirectUris,
    ...(client.jwks && { jwks: JSON.parse(client.jwks) }),
    ...(client.jwksUri && { jwks_uri: client.jwksUri }),
    ...(client.backchannelLogoutUri && { backchannel_logout_uri: client.backchannelLogoutUri }),
    ...(client.logoUri && { logo_uri: client.logoUri }),
    ...(client.clientUri && { client_uri: client.clientUri }),
    ...(client.policyUri && { policy_uri: client.policyUri }),
    ...(client.tosUri && { tos_uri: client.tosUri }),
    token_endpoint_auth_method: methods[0],
    token_endpoint_auth_methods: methods,
    ...(client.tokenEndpointAuthSigningAlg && {
      token_endpoint_auth_signing_alg: client.tokenEndpointAuthSigningAlg,
    }),
    grant_types: client.grantTypes,
    response_types: client.grantTypes.includes("authorization_code") ? ["code"] : [],
    scope: client.scope.join(" "),
    strict_scope: client.strictScope,
    id_token_signed_response_alg: client.idTokenSignedResponseAlg,
    id_token_scope_claims: client.idTokenScopeClaims,
    ...(client.userinfoSignedResponseAlg && { userinfo_signed_response_alg: client.userinfoSignedResponseAlg }),
    first_party: client.firstParty,
    resource_server: client.resourceServer,
    resources: client.resources,
    require_pkce: client.requirePkce,
    require_pushed_authorization_requests: client.requirePushedRequests,
    require_second_factor: client.requireSecondFactor,
    dpop_bound_access_tokens: client.dpopBoundAccessTokens,
    registered_by: client.source,
  }
}
