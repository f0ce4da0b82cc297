import { type Facts, fingerprint } from "@/lib/flows/facts"
import type { Flow } from "@/lib/flows/flow"
import type { PresentedToken } from "@/lib/introspection/introspect"
import { OAuthError } from "@/lib/protocol/errors"
import { readDpopProof } from "./dpop"
import type { EndpointRequest } from "./exchange"
import { isForm, readForm } from "./form"

/** `scheme` is how it was sent: RFC 6750 section 2.1 or RFC 9449 section 7.1; null in a form, RFC 6750 section 2.2. */
type SentToken = { accessToken: string; scheme: "Bearer" | "DPoP" | null }

/**
 * Reads the access token of the Authorization header, the one way that does not put it into a URL.
 * @throws OAuthError
 */
export function readAccessToken(request: EndpointRequest): SentToken {
  if (new URLSearchParams(request.query).has("access_token")) {
    throw OAuthError.bearer(
      "invalid_request",
      "Send the access token in the Authorization header, not in the URL.",
      "parameter_in_query",
    )
  }
  const authorization = request.header("authorization") ?? ""
  const scheme = /^(Bearer|DPoP)( |$)/i.exec(authorization)?.[1]?.toLowerCase() === "dpop" ? "DPoP" : "Bearer"
  if (!/^(Bearer|DPoP)( |$)/i.test(authorization)) throw OAuthError.missingToken()
  const accessToken = /^[A-Za-z]+ +([A-Za-z0-9\-._~+/]+=*)$/.exec(authorization)?.[1]
  if (accessToken === undefined) {
    throw OAuthError.bearer(
      "invalid_token",
      "The Authorization header must be: Bearer, a space, and the access token.",
      "access_token_malformed",
    )
  }
  return { accessToken, scheme }
}

/**
 * Reads the access token of the Authorization header, or of the form: RFC 6750 section 2.2, OpenID Connect Core 1.0 section
 * 5.3.1.
 * @throws OAuthError
 */
export async function readAccessOrFormToken(request: EndpointRequest): Promise<SentToken> {
  const accessToken = isForm(request) ? (await readForm(request)).get("access_token") : undefined
  if (accessToken === undefined) return readAccessToken(request)
  // RFC 6750 section 2: "Clients MUST NOT use more than one method to transmit the token in each request."
  if (request.header("authorization") !== null) {
    throw OAuthError.bearer(
      "invalid_request",
      "The request has an access token in its header and in its form. Send one of them.",
      "parameter_repeated",
    )
  }
  return { accessToken, scheme: null }
}

/** What a step shows of a token. @param name the name of the token */
export function describeSentToken(name: string, { accessToken, scheme }: SentToken): Facts {
  return { ...(scheme && { authorization_scheme: scheme }), [name]: fingerprint(accessToken) }
}

/**
 * Verifies the DPoP proof of a token that was sent with the scheme DPoP.
 * @throws OAuthError with the challenge of RFC 9449 section 7.1
 */
export async function verifyProof(
  method: "GET" | "POST",
  request: EndpointRequest,
  { accessToken, scheme }: SentToken,
  flow: Flow,
): Promise<PresentedToken> {
  if (scheme !== "DPoP") return { accessToken, proof: null }
  try {
    const proof = await readDpopProof(method, request, flow, accessToken)
    if (proof) return { accessToken, proof }
    throw new OAuthError("invalid_dpop_proof", "Send the header DPoP with a proof (RFC 9449).", "dpop_proof_missing")
  } catch (error) {
    throw error instanceof OAuthError ? error.withDpopChallenge() : error
  }
}
