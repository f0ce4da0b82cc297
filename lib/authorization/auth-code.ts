import type { SignedIn } from "@/lib/authentication/browser-sessions"
import { config } from "@/lib/config"
import { insertAuthCode } from "@/lib/data/sessions"
import { OAuthError } from "@/lib/protocol/errors"
import { generateTimeOrderedId, generateToken, hashToken } from "@/lib/protocol/random"
import { formatSessionToken } from "@/lib/protocol/session-token"
import type { AuthorizationState } from "./state-token"

/**
 * Generates the auth code and stores it with its code challenge and its Session, which the code's redemption starts.
 * Only the code's SHA-256 is stored.
 * @returns the code, for the client alone
 * @throws OAuthError when this state token has made its one code already
 */
export async function issueAuthCode(state: AuthorizationState, signedIn: SignedIn): Promise<string> {
  const { request } = state
  const now = new Date()
  const sessionId = generateTimeOrderedId(now)
  const code = formatSessionToken(sessionId, generateToken())
  const expiresAt = new Date(now.getTime() + config().AUTH_CODE_SECONDS * 1000)
  const stored = await insertAuthCode(
    {
      id: sessionId,
      userId: signedIn.user.id,
      clientId: request.clientId,
      scope: request.scope,
      resource: request.resource,
      nonce: request.nonce,
      authTime: signedIn.authenticatedAt,
    },
    {
      codeHash: hashToken(code),
      stateTokenId: state.id,
      codeChallenge: request.codeChallenge,
      redirectUri: request.redirectUri,
      expiresAt,
    },
    now,
  )
  if (!stored) throw OAuthError.invalidRequest("This link has been used already.", "state_token_used")
  return code
}
