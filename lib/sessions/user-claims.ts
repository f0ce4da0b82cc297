import { isDeepStrictEqual } from "node:util"
import type { User } from "@/lib/data/users"
import {
  type Claims,
  type ClaimsRequest,
  type ClaimValue,
  nameOfRequested,
  type RequestedClaim,
  scopeOfClaim,
} from "@/lib/protocol/claims"

/**
 * The claims about a User that a scope allows, OpenID Connect Core 1.0 section 5.4, and those that the `claims` parameter
 * requested by name, section 5.5, with the values that it requested.
 */
export function userClaims(user: User, scope: string[], requested: RequestedClaim[] = []): Claims & { sub: string } {
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

function isRequested(requested: RequestedClaim[], claim: string, value: ClaimValue): boolean {
  const found = requested.find((one) => nameOfRequested(one) === claim)
  return typeof found === "string" || (found?.[1].some((wanted) => hasValue(value, wanted)) ?? false)
}

/** A claim with a list, such as groups, has the value of each element too. It is returned complete. */
const hasValue = (value: ClaimValue, wanted: ClaimValue): boolean =>
  isDeepStrictEqual(value, wanted) ||
  (Array.isArray(value) && value.some((element) => isDeepStrictEqual(element, wanted)))

/** The claims that a Session's authorization request named. @param stored JSON */
export function readClaimsRequest(stored: string | null): ClaimsRequest {
  return stored === null ? { userinfo: [], id_token: [] } : (JSON.parse(stored) as ClaimsRequest)
}
