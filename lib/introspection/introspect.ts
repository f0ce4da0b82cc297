import { currentTime } from "@/lib/clock"
import { config } from "@/lib/config"
import type { Client } from "@/lib/data/clients"
import { findSessionWithUser } from "@/lib/data/sessions"
import type { Flow } from "@/lib/flows/flow"
import { signJwt } from "@/lib/keys/jwt"
import { OAuthError, type Reason } from "@/lib/protocol/errors"
import { includesResource } from "@/lib/protocol/resource"
import { parseRefreshToken } from "@/lib/protocol/session-token"
import { isSignInValid } from "@/lib/sessions/browser-sessions"
import { consumeDpopProof, type DpopProof } from "@/lib/sessions/dpop"
import {
  type AccessToken,
  audienceOf,
  findAccessToken,
  scopeOf,
  type TokenSteps,
} from "@/lib/sessions/find-access-token"
import { describeLifetime, isAlive } from "@/lib/sessions/lifetimes"
import { findStanding } from "@/lib/sessions/refresh-token"
import { userClaims } from "@/lib/sessions/user-claims"

/** An introspection response, RFC 7662 section 2.2. */
export type IntrospectionResponse = { active: false } | ({ active: true } & Record<string, unknown>)

/**
 * GET /introspect: the information about the User that the access token's scope allows, with the fields of RFC 7662.
 * A token that was narrowed to another audience is described, but opens no information about the User here.
 * @throws OAuthError invalid_token when the token is not active
 */
export async function introspectOwnToken(presented: PresentedToken, flow: Flow): Promise<IntrospectionResponse> {
  const active = await requireActiveAccessToken(presented, flow)
  const { user } = active
  const claims = user && isForUs(active) ? userClaims(user, scopeOf(active)) : {}
  flow.step("introspection.queries_user", () => ({ sub: user?.id ?? null, claims: Object.keys(claims) }))
  flow.step("introspection.returns_user")
  return { ...describeAccessToken(active), ...claims }
}

/**
 * POST /introspect, RFC 7662: whether a token of any kind is active, for a client that is allowed to know.
 * @throws OAuthError invalid_client for a public client
 */
export async function introspectToken(client: Client, token: string, flow: Flow): Promise<IntrospectionResponse> {
  // RFC 7662 section 2.1: "the endpoint MUST also require some form of authorization to access this endpoint": a public
  // client has proven nothing about itself.
  if (client.tokenEndpointAuthMethod === "none") {
    throw OAuthError.invalidClient(
      "A public client cannot use POST /introspect. Send its own access token to GET /introspect instead.",
      "client_not_allowed",
    )
  }
  flow.note(() => ({ asked_by: client.clientId }))
  const response = parseRefreshToken(token)
    ? await introspectRefreshToken(client, token, flow)
    : await introspectAccessToken(client, token, flow)
  flow.step("introspection.returns_user", () => ({ active: response.active }))
  return response
}

/** @param reason for the flow alone: RFC 7662 section 2.2: the server "SHOULD NOT include any additional information about an inactive token" */
function inactiveToken(reason: Reason, flow: Flow): IntrospectionResponse {
  flow.fail({ reason })
  flow.conceal()
  return { active: false }
}

async function introspectAccessToken(client: Client, token: string, flow: Flow): Promise<IntrospectionResponse> {
  const { token: found, problem } = await findAccessToken(token, currentTime(), flow)
  if (found && !mayRead(client, found)) return inactiveToken("token_inactive", flow)
  if (!found) return inactiveToken(problem, flow)
  flow.join(found.session.id)
  flow.concerns(found.session)
  return problem === null ? describeAccessToken(found) : inactiveToken(problem, flow)
}

/** An access token as its client sent it, with the DPoP proof of its key; null for a bearer token. */
export type PresentedToken = { accessToken: string; proof: DpopProof | null }

/** @throws OAuthError invalid_token, and invalid_dpop_proof for a proof that was used before */
export async function requireActiveAccessToken(
  presented: PresentedToken,
  flow: Flow,
  steps?: TokenSteps,
): Promise<AccessToken> {
  try {
    return await requireActive(presented, flow, steps)
  } catch (error) {
    throw error instanceof OAuthError && presented.proof ? error.withDpopChallenge() : error
  }
}

async function requireActive(
  { accessToken, proof }: PresentedToken,
  flow: Flow,
  steps?: TokenSteps,
): Promise<AccessToken> {
  const { token, problem } = await findAccessToken(accessToken, currentTime(), flow, steps)
  if (token) {
    flow.join(token.session.id)
    flow.concerns(token.session)
  }
  if (problem !== null) {
    throw OAuthError.bearer(
      "invalid_token",
      "The access token is expired, revoked or from another server. Refresh it, or start a new authorization request.",
      problem,
    )
  }
  checkProof(token, proof)
  await consumeDpopProof(proof)
  return token
}

/** RFC 9449 section 7.1: a token that is bound to a key is accepted only with a proof of that key. */
function checkProof({ claims }: AccessToken, proof: DpopProof | null): void {
  const jkt = claims.cnf?.jkt ?? null
  if (jkt === (proof?.jkt ?? null)) return
  const description =
    jkt === null
      ? "The access token is not bound to a key. Send it as Authorization: Bearer, without a DPoP proof."
      : "The access token is bound to a key. Send it as Authorization: DPoP, with a proof that this key has signed."
  const error = OAuthError.bearer(
    "invalid_token",
    description,
    proof === null ? "dpop_proof_missing" : "dpop_key_mismatch",
  )
  throw jkt === null ? error : error.withDpopChallenge()
}

/** RFC 9068 section 4: "The resource server MUST validate that the aud claim contains a resource indicator value corresponding to an identifier the resource server expects for itself." */
export function isForUs(active: AccessToken): boolean {
  return includesResource(audienceOf(active), config().issuer)
}

/**
 * A confidential client sees its own tokens. A resource server sees those that are meant for it: their audience names
 * it, or they carry no audience narrower than this server.
 */
function mayRead(client: Client, token: AccessToken): boolean {
  // After a token exchange, the token's client is another one than its Session's.
  if ([token.session.clientId, token.claims.client_id].includes(client.clientId)) return true
  if (!client.resourceServer) return false
  return audienceOf(token).some((aud) => includesResource([config().issuer, client.clientId, ...client.resources], aud))
}

function describeAccessToken({ claims }: AccessToken): IntrospectionResponse {
  const { iss, sub, aud, client_id, scope, sid, auth_time, jti, iat, exp, cnf } = claims
  const token_type = cnf ? "DPoP" : "Bearer"
  return { active: true, token_type, iss, sub, aud, client_id, scope, sid, auth_time, jti, iat, exp, cnf }
}

/** A refresh token is the business of its own client alone. */
async function introspectRefreshToken(client: Client, token: string, flow: Flow): Promise<IntrospectionResponse> {
  const now = currentTime()
  const parsed = parseRefreshToken(token)
  flow.step("introspection.retrieves_session", () => ({ sid: parsed?.sessionId }))
  const session = parsed && (await findSessionWithUser(parsed.sessionId))
  flow.step("introspection.validates_token")
  if (!session || session.clientId !== client.clientId) return inactiveToken("token_inactive", flow)
  const alive = isAlive(session, now)
  const standing = findStanding(token, session)
  if (standing === "forged") return inactiveToken("token_inactive", flow)
  flow.join(session.id)
  flow.concerns(session)
  flow.note(() => ({ standing, ...describeLifetime(session) }))
  if (!alive || !isSignInValid(session.user, session.authTime) || standing !== "current")
    return inactiveToken("token_inactive", flow)
  return {
    active: true,
    iss: config().issuer,
    sub: session.userId,
    client_id: session.clientId,
    scope: session.scope.join(" "),
    sid: session.id,
    iat: Math.floor((session.rotatedAt ?? session.startedAt ?? session.createdAt).getTime() / 1000),
    exp: Math.floor(Math.min(session.idleExpiresAt.getTime(), session.expiresAt.getTime()) / 1000),
  }
}

/**
 * An introspection response as a JWT, RFC 9701 section 5, with the algorithm of the client's ID tokens.
 * @returns the JWT, whose claims about the token are apart from those about itself, so that it cannot be used as a token
 */
export function signIntrospection(client: Client, response: IntrospectionResponse): Promise<string> {
  return signJwt(client.idTokenSignedResponseAlg, "token-introspection+jwt", {
    iss: config().issuer,
    aud: client.clientId,
    iat: Math.floor(currentTime().getTime() / 1000),
    token_introspection: response,
  })
}
