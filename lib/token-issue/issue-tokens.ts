import { requireGrantType } from "@/lib/clients/grant-types"
import type { Client } from "@/lib/data/clients"
import { findAuthCode, findSession, revokeSession, startSession } from "@/lib/data/sessions"
import { describeParameter, fingerprint } from "@/lib/flows/facts"
import type { Flow } from "@/lib/flows/flow"
import { OAuthError } from "@/lib/protocol/errors"
import { computeCodeChallenge, verifyCodeVerifier } from "@/lib/protocol/pkce"
import { hashToken } from "@/lib/protocol/random"
import { narrowResources, parseResources } from "@/lib/protocol/resource"
import { parseAuthCode } from "@/lib/protocol/session-token"
import { issueAccessToken } from "@/lib/sessions/access-token"
import { isSignInValid } from "@/lib/sessions/browser-sessions"
import { checkDpopBinding, consumeDpopProof, type DpopProof } from "@/lib/sessions/dpop"
import { newSessionEnds } from "@/lib/sessions/lifetimes"
import { generateRefreshToken } from "@/lib/sessions/refresh-token"
import { describeTokens, type TokenResponse } from "@/lib/sessions/token-response"
import { issueIdToken } from "./id-token"
import type { TokenRequest } from "./token-request"

/**
 * The authorization code grant at POST /token: auth code and code verifier in, tokens out. RFC 6749 section 4.1.3.
 *
 * The checks come in an order that gives a caller who does not hold everything nothing to do with the code: single use
 * is last, in the one statement that also stores the tokens in the session data, so a request that fails any check has
 * not burnt the code.
 * @throws OAuthError
 */
export async function issueTokens(
  client: Client,
  request: TokenRequest,
  flow: Flow,
  proof: DpopProof | null = null,
): Promise<TokenResponse> {
  const now = new Date()
  requireGrantType(client, "authorization_code")
  const authCode = await findVerifiedCode(client, request, now, flow)
  const { session } = authCode
  const binding = { boundTo: session.dpopJkt, isRequired: client.dpopBoundAccessTokens, isSameKeyRequired: true }
  checkDpopBinding(proof, binding)
  flow.step("authorization.generates_tokens")
  if (!isSignInValid(session.user, session.authTime)) throw invalidCode("user_disabled")
  const resource = narrowResources(parseResources(request.resource), session.resource)

  const { idleExpiresAt, expiresAt } = newSessionEnds(now)
  const refreshToken = client.grantTypes.includes("refresh_token") ? generateRefreshToken(session.id) : null

  // Signed before the code is consumed: whatever fails here leaves the code as it was.
  const dpopJkt = proof?.jkt ?? null
  const facts = { session: { ...session, expiresAt }, scope: session.scope, resource, dpopJkt }
  const access = await issueAccessToken(facts, now)
  const idToken = session.scope.includes("openid")
    ? await issueIdToken({ client, session, user: session.user, accessToken: access.token, nonce: session.nonce }, now)
    : undefined

  flow.step("authorization.stores_tokens", () => ({
    sid: session.id,
    refresh_token: refreshToken && fingerprint(refreshToken),
    expires_at: expiresAt.toISOString(),
    idle_expires_at: idleExpiresAt.toISOString(),
  }))
  await consumeDpopProof(proof)
  const started = await startSession(session.id, {
    refreshTokenHash: refreshToken && hashToken(refreshToken),
    dpopJkt,
    startedAt: now,
    idleExpiresAt,
    expiresAt,
  })
  if (!started) {
    // The code was not used when its Session was revoked, or swept, before it could start.
    if (!(await findSession(session.id))?.startedAt) throw invalidCode("session_ended")
    // RFC 6749 section 4.1.2: "If an authorization code is used more than once, the authorization server MUST deny the
    // request and SHOULD revoke (when possible) all tokens previously issued based on that authorization code."
    await revokeSession(session.id, "code_replayed", new Date())
    throw invalidCode("code_replayed")
  }
  const response: TokenResponse = {
    access_token: access.token,
    token_type: proof ? "DPoP" : "Bearer",
    expires_in: access.expiresIn,
    ...(refreshToken && { refresh_token: refreshToken }),
    scope: session.scope.join(" "),
    ...(idToken && { id_token: idToken }),
  }
  flow.step("authorization.returns_tokens", () => describeTokens(response))
  return response
}

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

/** One text for all cases that a caller without the right code must not be able to distinguish. */
function invalidCode(
  reason:
    | "code_unknown"
    | "code_of_another_client"
    | "code_expired"
    | "code_replayed"
    | "session_ended"
    | "user_disabled",
) {
  return OAuthError.invalidGrant(
    "The code is unknown, expired, already used, or belongs to another client. Start a new authorization request.",
    reason,
  )
}
