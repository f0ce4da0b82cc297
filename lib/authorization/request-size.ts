import { isDocumentClientId } from "@/lib/clients/client-document"
import { OAuthError } from "@/lib/protocol/errors"
import type { Parameters } from "@/lib/protocol/parameters"
import type { AuthorizationRequest } from "./authorization-request"

// Proxies refuse a request line or the headers of an answer over 4 KB, so everything that travels through a URL has a
// limit. Lengths are those of the form-encoding, because that is what travels. See docs/decisions/021.

/** All parameters together: they are the request line of GET /authorize. */
export const maxParametersLength = 3328
/** The client's own state: it is in every answer, and an answer with an error has a description too. */
const maxStateLength = 1536
/** What is sealed in the state token, without the parameters whose length is fixed. */
const maxSealedLength = 1792

/** Whether the client's state is short enough to be returned. */
export function fitsIntoAnswers(state: string): boolean {
  return encodedLength(state) <= maxStateLength
}

/** @throws OAuthError invalid_request */
export function checkParametersSize(parameters: Parameters): void {
  if (parameters.length() > maxParametersLength) {
    throw tooLong(
      `The parameters are too long. Together they can have at most ${maxParametersLength} characters, form-encoded. Send shorter ones.`,
    )
  }
  const state = parameters.get("state")
  if (state !== undefined && !fitsIntoAnswers(state)) {
    throw tooLong(
      `The parameter state is too long. It can have at most ${maxStateLength} characters, form-encoded. Send a shorter one.`,
    )
  }
}

/**
 * Checks what the state token has to carry.
 * @throws OAuthError invalid_request
 */
export function checkSealedSize(request: AuthorizationRequest): void {
  const { clientId, redirectUri, state, scope, resource, nonce, loginHint, claims, hintedSub, dpopJkt } = request
  const names = claims ? [...claims.userinfo, ...claims.id_token] : []
  const values = [redirectUri, state ?? "", ...scope, ...resource, nonce ?? "", loginHint ?? "", ...names]
  if (claims?.values) values.push(JSON.stringify(claims.values))
  if (hintedSub !== null) values.push(...[hintedSub].flat())
  if (dpopJkt) values.push("dpopJkt", dpopJkt)
  // Other IDs have 22 characters.
  if (isDocumentClientId(clientId)) values.push(clientId)
  if (values.reduce((sum, value) => sum + encodedLength(value) + 1, 0) > maxSealedLength) {
    throw tooLong(
      `The parameters client_id, redirect_uri, state, scope, resource, nonce, login_hint, dpop_jkt, claims and id_token_hint (its sub) are too long. Together they can have at most ${maxSealedLength} characters, form-encoded. Send shorter ones.`,
    )
  }
}

const encodedLength = (value: string) => new URLSearchParams([["", value]]).toString().length - "=".length

const tooLong = (description: string) => OAuthError.invalidRequest(description, "parameter_invalid")
