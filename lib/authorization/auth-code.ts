import { currentTime } from "@/lib/clock"
import { config } from "@/lib/config"
import { insertAuthCode } from "@/lib/data/sessions"
import { fingerprint } from "@/lib/flows/facts"
import type { Flow } from "@/lib/flows/flow"
import { count } from "@/lib/metrics"
import { OAuthError } from "@/lib/protocol/errors"
import { generateToken, hashToken } from "@/lib/protocol/random"
import { formatAuthCode } from "@/lib/protocol/session-token"
import type { SignedIn } from "@/lib/sessions/browser-sessions"
import type { AuthorizationState } from "./state-token"

/**
 * Generates the auth code and stores it with its code challenge and its Session, which the code's redemption starts.
 * Only the code's SHA-256 is stored.
 * @param consented whether the User was asked for a consent, which must still be there
 * @returns the code, for the client alone; null when the browser was signed out, or the consent withdrawn, at the same moment
 * @throws OAuthError when this state token has made its one code already
 */
export async function issueAuthCode(
  state: AuthorizationState,
  signedIn: SignedIn,
  consented: boolean,
  flow: Flow,
): Promise<string | null> {
  const { request } = state
  const now = currentTime()
  flow.step("authorization.generates_auth_code")
  const code = formatAuthCode(state.id, generateToken())
  flow.note(() => ({ code: fingerprint(code) }))
  const expiresAt = new Date(now.getTime() + config().AUTH_CODE_SECONDS * 1000)
  flow.step("authorization.stores_auth_code", () => ({
    code_challenge: request.codeChallenge && fingerprint(request.codeChallenge),
    redirect_uri: request.redirectUri,
    expires_in: config().AUTH_CODE_SECONDS,
  }))
  const outcome = await insertAuthCode(
    {
      id: state.id,
      userId: signedIn.user.id,
      clientId: request.clientId,
      scope: request.scope,
      resource: request.resource,
      nonce: request.nonce,
      claims: request.claims ? JSON.stringify(request.claims) : null,
      dpopJkt: request.dpopJkt ?? null,
      authTime: signedIn.authenticatedAt,
      amr: signedIn.amr.join(" "),
      browserSession: signedIn.tokenHash,
    },
    {
      codeHash: hashToken(code),
      codeChallenge: request.codeChallenge,
      redirectUri: request.redirectUri,
      expiresAt,
    },
    now,
    { consented },
  )
  if (outcome === "refused") return null
  if (outcome === "exists")
    throw OAuthError.invalidRequest(
      "This link was already used. Start a new authorization request.",
      "state_token_used",
    )
  count("codes_issued")
  return code
}
