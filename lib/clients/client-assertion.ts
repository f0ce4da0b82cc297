import { decodeJwt, errors, jwtVerify } from "jose"
import { currentTime } from "@/lib/clock"
import { config } from "@/lib/config"
import type { Client } from "@/lib/data/clients"
import { consumeJwt } from "@/lib/data/used-jwts"
import { OAuthError, type Reason } from "@/lib/protocol/errors"
import { isJwtError } from "@/lib/protocol/jwt-error"
import { hashToken } from "@/lib/protocol/random"
import { areKeysUnavailable, clientJwtAlgs, getClientKeys, isOfType } from "./client-keys"

export const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

/** In characters. */
const maxLength = 8_192

/** How far in the future an assertion may expire, in seconds: its jti is kept until then. */
const maxSeconds = 600

/** The difference between the clocks that is tolerated, in seconds. */
const clockToleranceSeconds = 10

/** The characters of client IDs, among which are those of URLs. */
const clientIdSyntax = /^[\x21-\x7e]+$/

/** The client that an assertion is about, which is not verified; null when it is not a JWT with the ID of a client. */
export function findAssertedClientId(assertion: string): string | null {
  if (assertion.length > maxLength) return null
  try {
    // Not verified: it can be any JSON value.
    const sub: unknown = decodeJwt(assertion).sub
    return typeof sub === "string" && clientIdSyntax.test(sub) ? sub : null
  } catch {
    return null
  }
}

/**
 * Verifies a client's assertion, and uses it up: RFC 7523 section 3, OpenID Connect Core 1.0 section 9.
 * @throws OAuthError invalid_client
 */
export async function verifyClientAssertion(client: Client, assertion: string): Promise<void> {
  const { payload, protectedHeader } = await verify(client, assertion)
  // RFC 8725 section 3.12: another kind of JWT of this client, such as a request object, is no assertion.
  if (!isOfType(protectedHeader, "client-authentication+jwt"))
    throw invalid("must have the typ JWT or client-authentication+jwt, or no typ")
  // FAPI 2.0 Security Profile section 5.3.2.1: the server "shall only accept its issuer identifier value (as defined in RFC
  // 8414) as a string in the aud claim". A list would let the assertion be used at another server too.
  if (typeof payload.aud !== "string") throw invalid(describeClaim("aud"))
  if (typeof payload.jti !== "string") throw invalid(describeClaim("jti"))
  const now = Math.floor(currentTime().getTime() / 1000)
  const exp = Number(payload.exp)
  if (exp > now + maxSeconds) throw invalid(`expires more than ${maxSeconds} seconds from now`)
  // RFC 7523 section 3: "The authorization server MAY ensure that JWTs are not replayed by maintaining the set of used "jti"
  // values". OpenID Connect Core 1.0 section 9: the jti MUST only be used once.
  const id = hashToken(`${client.clientId} ${payload.jti}`)
  if (!(await consumeJwt(id, new Date((exp + clockToleranceSeconds) * 1000)))) throw invalid("was used before")
}

async function verify(client: Client, assertion: string) {
  const { clientId, tokenEndpointAuthSigningAlg: alg } = client
  // OpenID Connect Dynamic Client Registration 1.0 section 2: "All Token Requests using these authentication methods from
  // this Client MUST be rejected, if the JWT is not signed with this algorithm."
  const algorithms = alg === null ? clientJwtAlgs : [alg]
  try {
    return await jwtVerify(assertion, getClientKeys(client), {
      algorithms,
      issuer: clientId,
      subject: clientId,
      audience: config().issuer,
      requiredClaims: ["exp", "jti"],
      clockTolerance: clockToleranceSeconds,
      currentDate: currentTime(),
    })
  } catch (error) {
    if (error instanceof errors.JWTExpired) throw invalid("has expired")
    if (error instanceof errors.JWTClaimValidationFailed) throw invalid(describeClaim(error.claim))
    if (areKeysUnavailable(client, error))
      throw invalid(
        "cannot be checked, because the jwks_uri of the client does not answer with a JWK Set of public keys that this server can use",
        "client_keys_unavailable",
      )
    if (error instanceof errors.JOSEAlgNotAllowed) throw invalid(`must be signed with ${algorithms.join(" or ")}`)
    if (isJwtError(error)) throw invalid("has no valid signature by a key of this client")
    throw error
  }
}

function describeClaim(claim: string): string {
  switch (claim) {
    case "aud":
      return `must have the issuer ${config().issuer} as its aud`
    case "iss":
    case "sub":
      return "must have the client_id as its iss and its sub"
    case "jti":
    case "exp":
      return `has no valid ${claim}`
    default:
      return "is not valid yet"
  }
}

const invalid = (problem: string, reason: Reason = "client_authentication_failed") =>
  OAuthError.invalidClient(`The client_assertion ${problem}. Send a new one.`, reason)
