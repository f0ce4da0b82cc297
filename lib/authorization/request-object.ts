import { decodeProtectedHeader, errors, type JWTPayload, jwtVerify } from "jose"
import { areKeysUnavailable, clientJwtAlgs, getClientKeys, isOfType } from "@/lib/clients/client-keys"
import { currentTime } from "@/lib/clock"
import { config } from "@/lib/config"
import type { Client } from "@/lib/data/clients"
import { OAuthError, type Reason } from "@/lib/protocol/errors"
import { isJwtError } from "@/lib/protocol/jwt-error"
import { type Parameters, parseParameters } from "@/lib/protocol/parameters"
import { checkParametersSize } from "./request-size"

/** Claims about the JWT itself, which are no parameters. */
const ownClaims = new Set(["iss", "aud", "sub", "exp", "nbf", "iat", "jti"])

/** In seconds. */
const clockToleranceSeconds = 10

/**
 * Opens a signed request object, RFC 9101 section 6.
 * @param sent the parameters beside it. RFC 9101 section 6.3: "The authorization server MUST only use the parameters in the
 * Request Object, even if the same parameter is provided in the query parameter."
 * @returns the parameters of the request object
 * @throws OAuthError invalid_request_object, request_not_supported
 */
export async function openRequestObject(client: Client, sent: Parameters): Promise<Parameters> {
  checkParametersSize(sent)
  const claims = await verify(client, sent.require("request"))
  // RFC 9101 section 6.3: the client_id beside the request object MUST be the same.
  if (claims.client_id !== client.clientId)
    throw invalid("must contain the claim client_id, equal to the client_id of the request")
  // RFC 9101 section 4: "request and request_uri parameters MUST NOT be included in Request Objects."
  if (claims.request !== undefined || claims.request_uri !== undefined) {
    throw invalid("must not contain request or request_uri")
  }
  const parameters = Object.entries(claims).filter(([name]) => !ownClaims.has(name))
  return parseParameters(new URLSearchParams(parameters.flatMap(([name, value]) => toPairs(name, value))).toString())
}

/** RFC 9101 section 4: strings, numbers as numbers, and others as JSON. `resource` can be a list. */
function toPairs(name: string, value: unknown): [string, string][] {
  if (Array.isArray(value) && value.every((item) => typeof item === "string")) return value.map((item) => [name, item])
  return [[name, typeof value === "object" ? JSON.stringify(value) : String(value)]]
}

async function verify(client: Client, requestObject: string): Promise<JWTPayload> {
  if (isUnsigned(requestObject)) {
    throw new OAuthError(
      "request_not_supported",
      "The request object is not signed. Sign it with a key of the client, or send the parameters themselves.",
      "parameter_unsupported",
    )
  }
  if (client.jwks === null && client.jwksUri === null) {
    throw invalid("cannot be checked: the client has no registered key. Add it with `client update --jwks-file`")
  }
  try {
    const options = { algorithms: clientJwtAlgs, issuer: client.clientId, audience: config().issuer }
    const { payload, protectedHeader } = await jwtVerify(requestObject, getClientKeys(client), {
      ...options,
      clockTolerance: clockToleranceSeconds,
      currentDate: currentTime(),
    })
    // RFC 9101 section 10.8: another kind of JWT of this client is no request object.
    if (!isOfType(protectedHeader, "oauth-authz-req+jwt")) throw invalid("must have the typ oauth-authz-req+jwt")
    return payload
  } catch (error) {
    if (error instanceof errors.JWTExpired) throw invalid("has expired. Sign a new one")
    if (error instanceof errors.JWTClaimValidationFailed) {
      const values = /^(iss|aud)$/.test(error.claim)
        ? `: iss must be the client_id, and aud the issuer ${config().issuer}`
        : ""
      throw invalid(`has an invalid ${error.claim}${values}`)
    }
    if (areKeysUnavailable(client, error)) {
      throw invalid(
        "cannot be checked: the jwks_uri of the client does not answer with a JWK Set of public keys that this server can use",
        "client_keys_unavailable",
      )
    }
    if (isJwtError(error)) {
      throw invalid("has no valid signature. Sign it with a key that is registered for this client")
    }
    throw error
  }
}

function isUnsigned(requestObject: string): boolean {
  try {
    return decodeProtectedHeader(requestObject).alg === "none"
  } catch {
    return false
  }
}

const invalid = (problem: string, reason: Reason = "request_object_invalid") =>
  new OAuthError("invalid_request_object", `The request object ${problem}.`, reason)
