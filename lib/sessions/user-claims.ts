import type { User } from "@/lib/data/users"
import { type Claims, type ClaimsRequest, scopeOfClaim } from "@/lib/protocol/claims"

/**
 * The claims about a User that a scope allows, OpenID Connect Core 1.0 section 5.4, and those that the `claims` parameter
 * requested by name, section 5.5.
 */
export function userClaims(user: User, scope: string[], requested: string[] = []): Claims & { sub: string } {
  const all: Claims = {
    ...(user.name !== null && { name: user.name }),
    email: user.email,
    ...(user.emailVerifiedAt && { email_verified: true }),
    ...(JSON.parse(user.claims) as Claims),
  }
  const allowed = Object.entries(all).filter(
    ([claim]) => scope.includes(scopeOfClaim(claim)) || requested.includes(claim),
  )
  return { sub: user.id, ...Object.fromEntries(allowed) }
}

/** The claims that a Session's authorization request named. @param stored JSON */
export function readClaimsRequest(stored: string | null): ClaimsRequest {
  return stored === null ? { userinfo: [], id_token: [] } : (JSON.parse(stored) as ClaimsRequest)
}
