import type { User } from "@/lib/data/users"

/** The claims about a User that a scope allows, OpenID Connect Core 1.0 section 5.4. */
export function userClaims(user: User, scope: string[]): Record<string, string | boolean | number> {
  return {
    sub: user.id,
    ...(scope.includes("profile") && user.name !== null && { name: user.name }),
    ...(scope.includes("email") && { email: user.email, ...(user.emailVerifiedAt && { email_verified: true }) }),
  }
}
