import { requireGrantType } from "@/lib/clients/grant-types"
import { currentTime } from "@/lib/clock"
import type { Client } from "@/lib/data/clients"
import { findAuthCode } from "@/lib/data/sessions"
import { describeParameter, fingerprint } from "@/lib/flows/facts"
import type { Flow } from "@/lib/flows/flow"
import { OAuthError } from "@/lib/protocol/errors"
import { computeCodeChallenge, verifyCodeVerifier } from "@/lib/protocol/pkce"
import { hashToken } from "@/lib/protocol/random"
import { parseAuthCode } from "@/lib/protocol/session-token"
import type { DpopProof } from "@/lib/sessions/dpop"
import type { TokenResponse } from "@/lib/sessions/token-response"
import { invalidCode, startSessionTokens } from "./session-tokens"
import type { TokenRequest } from "./token-request"

/**
 * The authorization code grant at POST /token: auth code and code verifier in, tokens out. RFC 6749 section 4.1.3.
 *
 * The checks come in an order that gives a caller who does not hold everything nothing to do with the code: single use
 * is last (session-tokens.ts).
 * @throws OAuthError
 */
export async function issueTokens(
  client: Client,
  request: TokenRequest,
  flow: Flow,
  proof: DpopProof | null = null,
): Promise<TokenResponse> {
  const now = currentTime()
  requireGrantType(client, "authorization_code")
  const { session } = await findVerifiedCode(client, request, now, flow)
  return startSessionTokens({ client, session, resource: request.resource, proof, now, steps }, flow)
}

const steps = {
  generates: "authorization.generates_tokens",
  stores: "authorization.stores_tokens",
  returns: "authorization.returns_tokens",
} as const

async function findVerifiedCode(client: Client, request: TokenRequest, now: Date, flow: Flow) {
  flow.step("authorization.retrieves_auth_code", () => ({ code: fingerprint(request.code) }))
  const parsed = parseAuthCode(request.code)
  const authCode = parsed && (await findAuthCode(parsed.sessionId, hashToken(request.code)))
  if (!authCode) throw invalidCode("code_unknown")
  // RFC 6749 section 4.1.3: "ensure that the authorization code was issued to the authenticated confidential client,
  // or if the client is public, ensure that the code was issued to "client_id" in the request"
  if (authCode.session.clientId !== client.clientId) throw invalidCode("code_of_another_client")
  flow.join(authCode.sessionId)
  flow.concerns({ clientId: client.clientId, userId: authCode.session.userId })
  // A code that was redeemed is past its time by nature; what matters then is who presents it again.
  if (authCode.session.startedAt === null && authCode.expiresAt <= now) throw invalidCode("code_expired")
  // OAuth 2.1 section 10.2 no longer asks for it; a client that sends it, as RFC 6749 has it, means it.
  flow.note(() => ({
    redirect_uri: {
      sent: request.redirectUri && describeParameter("redirect_uri", request.redirectUri),
      stored: describeParameter("redirect_uri", authCode.redirectUri),
    },
  }))
  if (request.redirectUri !== undefined && request.redirectUri !== authCode.redirectUri) {
    throw OAuthError.invalidGrant(
      "The redirect_uri differs from the one in the authorization request. Send the same one.",
      "redirect_uri_mismatch",
    )
  }
  flow.step("authorization.verifies_code_verifier", () => describePkce(request.codeVerifier, authCode.codeChallenge))
  verifyCodeVerifier(request.codeVerifier, authCode.codeChallenge)
  return authCode
}

/** PKCE as the computation that it is: the verifier's SHA-256 beside the challenge. */
function describePkce(verifier: string | undefined, challenge: string | null) {
  const computed = verifier === undefined ? null : computeCodeChallenge(verifier)
  return {
    code_verifier: verifier === undefined ? null : fingerprint(verifier),
    "BASE64URL(SHA-256(code_verifier))": computed && fingerprint(computed),
    code_challenge: challenge && fingerprint(challenge),
    equal: computed === challenge,
  }
}
