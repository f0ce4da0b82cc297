import { OAuthError } from "./errors"

export type ClaimValue = string | number | boolean | null | ClaimValue[] | { [name: string]: ClaimValue }
export type Claims = Record<string, ClaimValue>

/** The claims of each scope, OpenID Connect Core 1.0 section 5.4. */
const claimsOfScope: Record<string, string[]> = {
  profile: [
    ...["name", "family_name", "given_name", "middle_name", "nickname", "preferred_username", "profile", "picture"],
    ...["website", "gender", "birthdate", "zoneinfo", "locale", "updated_at"],
  ],
  email: ["email", "email_verified"],
  address: ["address"],
  phone: ["phone_number", "phone_number_verified"],
}

/** The claims about a User of OpenID Connect Core 1.0 section 5.1. */
export const standardClaims = Object.values(claimsOfScope).flat()

const scopes = new Map(
  Object.entries(claimsOfScope).flatMap(([scope, claims]) => claims.map((claim) => [claim, scope] as const)),
)

/** The scope that allows a claim. A claim that is not a standard one has a scope of its own name, such as `groups`. */
export const scopeOfClaim = (claim: string): string => scopes.get(claim) ?? claim

/** Claims of tokens and of responses, which are not about the User. */
const reserved = new Set([
  ...["iss", "sub", "aud", "exp", "nbf", "iat", "jti", "azp", "nonce", "auth_time", "acr", "amr", "sid", "cnf", "act"],
  ...["at_hash", "c_hash", "s_hash", "client_id", "scope", "active", "token_type", "openid", "offline_access"],
  "__proto__",
])

const nameSyntax = /^[A-Za-z0-9_.:/-]{1,100}$/
const addressMembers = ["formatted", "street_address", "locality", "region", "postal_code", "country"]
const maxTextLength = 1_000

const isText = (value: ClaimValue): value is string =>
  typeof value === "string" && value.length <= maxTextLength && value.trim() !== ""
const isUrl = (value: ClaimValue) => isText(value) && URL.canParse(value) && /^https?:/i.test(value)

const syntaxOfClaim: Record<string, { needs: string; isValid: (value: ClaimValue) => boolean }> = {
  profile: { needs: "a URL", isValid: isUrl },
  picture: { needs: "a URL", isValid: isUrl },
  website: { needs: "a URL", isValid: isUrl },
  birthdate: {
    needs: "YYYY-MM-DD, YYYY, or 0000-MM-DD without the year",
    isValid: (value) => isText(value) && /^\d{4}(-\d{2}-\d{2})?$/.test(value),
  },
  zoneinfo: {
    needs: "a time zone, such as Europe/Berlin",
    isValid: (value) => isText(value) && /^[A-Za-z0-9_+/-]+$/.test(value),
  },
  locale: {
    needs: "a language tag, such as de-CH",
    isValid: (value) => isText(value) && /^[A-Za-z0-9_-]+$/.test(value),
  },
  phone_number: {
    needs: "a phone number in international form, such as +41 44 668 18 00",
    isValid: (value) => isText(value) && /^\+[0-9 ().-]+(;ext=[0-9]+)?$/.test(value),
  },
  phone_number_verified: { needs: "true or false", isValid: (value) => typeof value === "boolean" },
  address: {
    needs: `a JSON object with strings for ${addressMembers.join(", ")}`,
    isValid: (value) =>
      typeof value === "object" &&
      value !== null &&
      !Array.isArray(value) &&
      Object.entries(value).every(([name, text]) => addressMembers.includes(name) && isText(text)),
  },
}

/**
 * Explains why a claim about a User cannot be stored: OpenID Connect Core 1.0 section 5.1 defines the values of the standard
 * claims, other claims may have any value.
 * @returns null when it can
 */
export function findClaimProblem(name: string, value: ClaimValue): string | null {
  if (!nameSyntax.test(name)) return "has characters in its name other than letters, digits and _ . : / -"
  if (reserved.has(name)) return "is reserved for tokens and cannot be set"
  const syntax = syntaxOfClaim[name]
  if (syntax) return syntax.isValid(value) ? null : `must be ${syntax.needs}`
  return standardClaims.includes(name) && !isText(value) ? `must be a string of 1 to ${maxTextLength} characters` : null
}

/** What the `claims` parameter requests by name: OpenID Connect Core 1.0 section 5.5. */
export type ClaimsRequest = { userinfo: string[]; id_token: string[] }

/** The `claims` parameter. `sub` is the User that the ID token must be about, `acr` the values of which one is essential. */
export type ParsedClaims = ClaimsRequest & { sub: string | null; acr: string[] | null }

/** More names in the parameter are an error: they all travel in the state token. */
const maxNames = 40

const invalid = (problem: string) =>
  OAuthError.invalidRequest(`The parameter claims ${problem} (OpenID Connect Core section 5.5).`, "parameter_invalid")

/** Parses the `claims` parameter. @throws OAuthError invalid_request */
export function parseClaims(text: string | undefined): ParsedClaims {
  if (text === undefined) return { userinfo: [], id_token: [], sub: null, acr: null }
  const members = parseObject(text)
  const userinfo = readMember(members.userinfo, "userinfo")
  const idToken = readMember(members.id_token, "id_token")
  const { sub, acr } = idToken
  return {
    userinfo: Object.keys(userinfo).filter((name) => name !== "sub"),
    id_token: Object.keys(idToken).filter((name) => !reserved.has(name)),
    sub: typeof sub?.value === "string" ? sub.value : null,
    acr: acr?.essential === true ? listValues(acr) : null,
  }
}

type Requested = { essential?: unknown; value?: unknown; values?: unknown }

function listValues({ value, values }: Requested): string[] | null {
  const listed = Array.isArray(values) ? values : value === undefined ? [] : [value]
  return listed.length > 0 ? listed.map((value) => (typeof value === "string" ? value : JSON.stringify(value))) : null
}

function parseObject(text: string): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(text)
    if (isObject(parsed)) return parsed
  } catch {
    // The error below describes it.
  }
  throw invalid("must be a JSON object with the members userinfo and id_token")
}

function readMember(member: unknown, name: string): Record<string, Requested | null> {
  if (member === undefined || member === null) return {}
  if (!isObject(member)) throw invalid(`must have an object in ${name}`)
  const entries = Object.entries(member)
  if (entries.length > maxNames) throw invalid(`must name at most ${maxNames} claims in ${name}`)
  for (const [claim, requested] of entries) {
    if (!nameSyntax.test(claim) || (requested !== null && !isObject(requested))) {
      throw invalid(`must have null or an object for each claim in ${name}`)
    }
  }
  return Object.fromEntries(entries) as Record<string, Requested | null>
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value)
