import { EncryptJWT } from "jose"
import { currentTime } from "@/lib/clock"
import { config } from "@/lib/config"
import { describeParameter, type Facts, fingerprint } from "@/lib/flows/facts"
import { OAuthError } from "@/lib/protocol/errors"
import { hashToken } from "@/lib/protocol/random"
import { openSealedJwt } from "@/lib/seal"
import { deriveKey } from "@/lib/secret"
import type { AuthorizationRequest } from "./authorization-request"

/** What the state token carries from /authorize through sign-in and consent to /callback. */
export type AuthorizationState = {
  /** The flow's. It will be the Session's, so that there is at most one code. */
  id: string
  request: AuthorizationRequest
  /** When /authorize sealed it: a sign-in or consent that the request asks for must have come after. */
  startedAt: Date
  expiresAt: Date
  /** SHA-256 of the value of the browser's binding cookie. */
  browser: string
  /** The person pressed Deny. */
  denied: boolean
  /** The User whom the person chose among several accounts. */
  chosen?: string
}

const purpose = "authorization"

/** Bytes: several times the largest request (request-size.ts). */
const maxDecompressedLength = 16 * 1024

/**
 * The state of an authorization that begins now, with a request that has been checked.
 * @param id of the flow; the Session will have the same
 * @param browserToken the value of the browser's binding cookie; only its hash is sealed
 */
export function beginAuthorization(
  id: string,
  request: AuthorizationRequest,
  browserToken: string,
): AuthorizationState {
  const startedAt = currentTime()
  const expiresAt = new Date(startedAt.getTime() + config().STATE_TOKEN_SECONDS * 1000)
  return { id, request, startedAt, expiresAt, browser: hashToken(browserToken), denied: false }
}

/** Seals the state, code challenge included, into a token that only this server can read and only this browser can use. */
export async function sealStateToken(state: AuthorizationState): Promise<string> {
  const { id, request, startedAt, expiresAt, browser, denied, chosen } = state
  return new EncryptJWT({ request, browser, startedAt: startedAt.getTime(), denied, ...(chosen && { chosen }) })
    .setProtectedHeader({ alg: "dir", enc: "A256GCM", zip: "DEF" })
    .setIssuer(config().issuer)
    .setAudience(purpose)
    .setJti(id)
    .setExpirationTime(Math.floor(expiresAt.getTime() / 1000))
    .encrypt(deriveKey("state-token"))
}

/**
 * Opens a state token.
 * @param browserTokens the values of the binding cookies of the browser that presents it
 * @throws OAuthError when it is altered, expired, of another purpose, or of another browser
 */
export async function openStateToken(stateToken: string, browserTokens: string[]): Promise<AuthorizationState> {
  const state = await decodeStateToken(stateToken)
  if (state === null || state.expiresAt <= currentTime()) {
    throw OAuthError.invalidRequest(
      "This link has expired or is incomplete. Start a new authorization request.",
      "state_token_invalid",
    )
  }
  if (!isOfBrowser(state, browserTokens)) {
    throw OAuthError.invalidRequest(
      "This link belongs to another browser. Finish the sign-in in the browser where it started.",
      "state_token_of_another_browser",
    )
  }
  return state
}

/** Whether the state was sealed for the browser that has these binding cookies. */
export function isOfBrowser(state: AuthorizationState, browserTokens: string[]): boolean {
  return browserTokens.some((token) => hashToken(token) === state.browser)
}

/** What is sealed in a state token, also when it has expired or is of another browser; null when this server did not seal it. */
export async function decodeStateToken(stateToken: string): Promise<AuthorizationState | null> {
  const payload = await openSealedJwt("state-token", stateToken, {
    issuer: config().issuer,
    audience: purpose,
    maxDecompressedLength,
    requiredClaims: ["jti", "exp"],
    // Expiry is for the caller to judge.
    currentDate: new Date(0),
  })
  return (
    payload && {
      id: payload.jti as string,
      request: payload.request as AuthorizationRequest,
      startedAt: new Date(payload.startedAt as number),
      expiresAt: new Date((payload.exp as number) * 1000),
      browser: payload.browser as string,
      denied: payload.denied === true,
      ...(typeof payload.chosen === "string" && { chosen: payload.chosen }),
    }
  )
}

/** What the state token carries, for the flow that it belongs to. */
export function describeState({ request, startedAt, expiresAt, denied, chosen }: AuthorizationState): Facts {
  const { codeChallenge, state, nonce, loginHint, hintedSub, claims, ...open } = request
  // What a client chooses freely can be about a person.
  const claimValues = claims?.values ? JSON.stringify(claims.values) : null
  const secrets = Object.entries({ codeChallenge, state, nonce, loginHint, hintedSub, claimValues }).filter(
    ([, value]) => value !== null,
  )
  return {
    ...open,
    ...(claims && { claims: { userinfo: claims.userinfo, id_token: claims.id_token } }),
    resource: request.resource.map((resource) => describeParameter("resource", resource)),
    ...Object.fromEntries(secrets.map(([name, value]) => [name, fingerprint(String(value))])),
    startedAt: startedAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
    ...(denied && { denied }),
    ...(chosen && { chosen }),
  }
}
