import { isDeepStrictEqual } from "node:util"
import type { User } from "@/lib/data/users"
import {
  type Claims,
  type ClaimsRequest,
  type ClaimValue,
  type RequestedClaims,
  scopeOfClaim,
} from "@/lib/protocol/claims"

/**
 * The claims about a User that a scope allows, OpenID Connect Core 1.0 section 5.4, and those that the `claims` parameter
 * requested by name, section 5.5, with the values that it requested.
 */
export function userClaims(
  user: User,
  scope: string[],
  requested: RequestedClaims = { names: [], values: {} },
): Claims & { sub: string } {
  const claims: Claims & { sub: string } = { sub: user.id }
  const add = (claim: string, value: ClaimValue) => {
    if (scope.includes(scopeOfClaim(claim)) || isRequested(requested, claim, value)) claims[claim] = value
  }
  if (user.name !== null) add("name", user.name)
  add("email", user.email)
  // Some clients accept an address without the claim, so it is absent only where an operator gave the address.
  if (user.emailVerifiedAt || user.selfRegistered) add("email_verified", user.emailVerifiedAt !== null)
  // Most Users have no others, and every introspection comes here.
  const others = user.claims === "{}" ? {} : (JSON.parse(user.claims) as Claims)
  for (const [claim, value] of Object.entries(others)) add(claim, value)
  return claims
}

function isRequested(requested: RequestedClaims, claim: string, value: ClaimValue): boolean {
  if (!requested.names.includes(claim)) return false
  const values = Object.hasOwn(requested.values, claim) ? requested.values[claim] : undefined
  return values?.some((wanted) => hasValue(value, wanted)) ?? true
}

/** A claim with a list, such as groups, has the value of each element too. It is returned complete. */
const hasValue = (value: ClaimValue, wanted: ClaimValue): boolean =>
  isDeepStrictEqual(value, wanted) ||
  (Array.isArray(value) && value.some((element) => isDeepStrictEqual(element, wanted)))

/**
 * The claims that a Session's authorization request named.
 * @param stored JSON
 */
export function readClaimsRequest(stored: string | null, member: "userinfo" | "id_token"): RequestedClaims {
  if (stored === null) return { names: [], values: {} }
  const request = JSON.parse(stored) as ClaimsRequest
  return { names: request[member], values: request.values?.[member] ?? {} }
}
