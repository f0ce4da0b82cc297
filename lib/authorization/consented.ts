import { scopeOfClaim } from "@/lib/protocol/claims"
import type { AuthorizationRequest } from "./authorization-request"

/** The claims that the `claims` parameter requests in addition to those that the requested scopes allow. */
export function listExtraClaims({ scope, claims }: AuthorizationRequest): string[] {
  const requested = claims ? [...claims.userinfo, ...claims.id_token] : []
  return [...new Set(requested)].filter((claim) => !scope.includes(scopeOfClaim(claim)))
}

/** What a User consents to: scopes, and claims with a quotation mark before their names, which no scope can have. */
export function listConsented(request: AuthorizationRequest): string[] {
  return [...request.scope, ...listExtraClaims(request).map((claim) => `"${claim}`)]
}
