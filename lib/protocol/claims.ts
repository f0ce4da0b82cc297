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

/** Of some claims, the values of which they must have one. */
export type RequestedValues = Record<string, ClaimValue[]>

/** The claims that one member of the `claims` parameter requests. */
export type RequestedClaims = { names: string[]; values: RequestedValues }

/**
 * What the `claims` parameter requests by name: OpenID Connect Core 1.0 section 5.5. The values are apart, because earlier
 * versions read the names alone.
 */
export type ClaimsRequest = {
  userinfo: string[]
  id_token: string[]
  values?: { userinfo: RequestedValues; id_token: RequestedValues }
}

/** One sub, or a list of several; null for any User. Earlier versions read one alone. */
export type Subs = string | string[] | null

/** The `claims` parameter. `sub` are the users that may sign in, `acr` the values of which one is essential. */
export type ParsedClaims = ClaimsRequest & { sub: Subs; acr: string[] | null }

/** More names in the parameter are an error: they all travel in the state token. */
const maxNames = 40

const invalid = (problem: string) =>
  OAuthError.invalidRequest(`The parameter claims ${problem} (OpenID Connect Core section 5.5).`, "parameter_invalid")

/**
 * Parses the `claims` parameter. Except for acr, an essential claim is like a voluntary one: section 5.5.1 says that "the
 * Authorization Server MUST NOT generate an error when Claims are not returned, whether they are Essential or Voluntary".
 * @throws OAuthError invalid_request
 */
export function parseClaims(text: string | undefined): ParsedClaims {
  if (text === undefined) return { userinfo: [], id_token: [], sub: null, acr: null }
  const members = parseObject(text)
  const userinfo = readMember(members.userinfo, "userinfo")
  const idToken = readMember(members.id_token, "id_token")
  const { acr } = idToken
  const values = { userinfo: valuesOf(userinfo), id_token: valuesOf(idToken) }
  const hasValues = Object.keys({ ...values.userinfo, ...values.id_token }).length > 0
  return {
    userinfo: namesOf(userinfo),
    id_token: namesOf(idToken),
    ...(hasValues && { values }),
    sub: joinSubs(subsOf(userinfo), subsOf(idToken)),
    acr: acr?.essential ? listTexts(acr.values) : null,
  }
}

/**
 * The Users that two parts of a request name; null names every User.
 * @returns a list only of several
 * @throws OAuthError invalid_request when no User is in both
 */
export function joinSubs(some: Subs = null, others: Subs = null): Subs {
  const [first, second = first] = [some, others].flatMap((subs) => (subs === null ? [] : [[subs].flat()]))
  if (!first || !second) return null
  const [sub, ...more] = first.filter((one) => second.includes(one))
  if (sub !== undefined) return more.length > 0 ? [sub, ...more] : sub
  throw OAuthError.invalidRequest(
    "The request names two different users, in the parameter claims or in the id_token_hint. Send one sub.",
    "parameter_invalid",
  )
}

type Member = Record<string, { essential: boolean; values: ClaimValue[] | null }>

/** Some clients send numbers. */
const listTexts = (values: ClaimValue[] | null = null): string[] | null =>
  values?.map((value) => (typeof value === "string" ? value : JSON.stringify(value))) ?? null

const subsOf = ({ sub }: Member): string[] | null => listTexts(sub?.values)

const namesOf = (member: Member) => Object.keys(member).filter((name) => !reserved.has(name))

const valuesOf = (member: Member): RequestedValues =>
  Object.fromEntries(namesOf(member).flatMap((name) => (member[name]?.values ? [[name, member[name].values]] : [])))

function parseObject(text: string): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(text)
    if (isObject(parsed)) return parsed
  } catch {
    // The error below describes it.
  }
  throw invalid("must be a JSON object with the members userinfo and id_token")
}

function readMember(member: unknown, name: string): Member {
  if (member === undefined || member === null) return {}
  if (!isObject(member)) throw invalid(`must have an object in ${name}`)
  const entries = Object.entries(member)
  if (entries.length > maxNames) throw invalid(`must name at most ${maxNames} claims in ${name}`)
  return Object.fromEntries(
    entries.map(([claim, requested]) => {
      if (!nameSyntax.test(claim) || (requested !== null && !isObject(requested))) {
        throw invalid(`must have null or an object for each claim in ${name}`)
      }
      return [claim, readRequested(requested ?? {}, claim)]
    }),
  )
}

/** The members of section 5.5.1. Some libraries send null for one that they leave out. A value that no claim can have matches none. */
function readRequested({ essential, value, values }: Record<string, unknown>, claim: string): Member[string] {
  if (typeof (essential ?? false) !== "boolean") throw invalid(`must have true or false as essential of ${claim}`)
  if (!Array.isArray(values ?? [])) throw invalid(`must have a list as values of ${claim}`)
  const wanted = [...((values ?? []) as ClaimValue[])]
  if (value !== undefined && value !== null) wanted.push(value as ClaimValue)
  return { essential: essential === true, values: wanted.length > 0 ? wanted : null }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value)
