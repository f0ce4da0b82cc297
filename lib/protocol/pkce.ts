import { createHash, timingSafeEqual } from "node:crypto"
import { OAuthError } from "./errors"

/** An S256 challenge is the base64url form of 32 bytes, so always 43 characters (RFC 7636 section 4.2). */
const challengeSyntax = /^[A-Za-z0-9_-]{43}$/

/** RFC 7636 section 4.1: 43 to 128 unreserved characters. */
const verifierSyntax = /^[A-Za-z0-9._~-]{43,128}$/

/**
 * Checks the PKCE parameters of an authorization request.
 * @returns the challenge, or null where the operator has exempted the client and it sent none
 * @throws OAuthError invalid_request, RFC 7636 section 4.4.1
 */
export function parseCodeChallenge(
  challenge: string | undefined,
  method: string | undefined,
  required: boolean,
): string | null {
  if (challenge === undefined) {
    if (!required && method === undefined) return null
    throw OAuthError.invalidRequest(
      "The parameter code_challenge is missing. PKCE with S256 is required (RFC 7636).",
      "pkce_missing",
    )
  }
  // Without a method RFC 7636 section 4.3 means plain, which OAuth 2.1 no longer has.
  if (method !== "S256") {
    throw OAuthError.invalidRequest("The parameter code_challenge_method must be S256.", "pkce_invalid")
  }
  if (!challengeSyntax.test(challenge)) {
    throw OAuthError.invalidRequest(
      "The parameter code_challenge must be the base64url SHA-256 of the code_verifier: 43 characters, no padding.",
      "pkce_invalid",
    )
  }
  return challenge
}

/** BASE64URL(SHA-256(verifier)), RFC 7636 section 4.2. */
export function computeCodeChallenge(verifier: string): string {
  return createHash("sha256").update(verifier, "ascii").digest("base64url")
}

/**
 * Verifies a code_verifier against the code's challenge, RFC 7636 section 4.6.
 * @throws OAuthError invalid_request when the verifier is malformed; invalid_grant when it is missing or does not match
 */
export function verifyCodeVerifier(verifier: string | undefined, challenge: string | null): void {
  if (challenge === null) {
    // OAuth 2.1 section 4.1.3: the server MUST refuse a verifier where the authorization request had no challenge:
    // it shows that the challenge was removed on the way.
    if (verifier !== undefined) {
      throw OAuthError.invalidGrant(
        "The authorization request had no code_challenge, so code_verifier must not be sent. Add a code_challenge to the request.",
        "code_verifier_mismatch",
      )
    }
    return
  }
  // The official conformance suite demands invalid_grant here too.
  if (verifier === undefined) {
    throw OAuthError.invalidGrant(
      "The parameter code_verifier is missing. Send the verifier that the code_challenge was made from.",
      "parameter_missing",
    )
  }
  if (!verifierSyntax.test(verifier)) {
    throw OAuthError.invalidRequest(
      "The parameter code_verifier must have 43 to 128 characters of A-Z a-z 0-9 - . _ ~.",
      "parameter_invalid",
    )
  }
  // RFC 7636 section 4.6: "If the values are not equal, an error response indicating "invalid_grant" [...] MUST be returned."
  if (!timingSafeEqual(Buffer.from(computeCodeChallenge(verifier)), Buffer.from(challenge))) {
    throw OAuthError.invalidGrant(
      "The code_verifier does not match the code_challenge of the authorization request. Send the verifier that the challenge was made from.",
      "code_verifier_mismatch",
    )
  }
}
