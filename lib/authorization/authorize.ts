import { storeDocumentClient } from "@/lib/clients/client-document"
import { requireGrantType } from "@/lib/clients/grant-types"
import { resolveClient, unknownClientReason } from "@/lib/clients/resolve-client"
import { config } from "@/lib/config"
import type { Client } from "@/lib/data/clients"
import { describeParameters, fingerprint } from "@/lib/flows/facts"
import type { Flow } from "@/lib/flows/flow"
import { OAuthError } from "@/lib/protocol/errors"
import type { Parameters } from "@/lib/protocol/parameters"
import { parseCodeChallenge } from "@/lib/protocol/pkce"
import { generateToken } from "@/lib/protocol/random"
import { isRegisteredRedirectUri } from "@/lib/protocol/redirect-uri"
import { resolveScope } from "@/lib/protocol/scope"
import { findSignedInUser } from "@/lib/sessions/browser-sessions"
import { deviceCodeGrant } from "@/lib/sessions/device-code"
import { issueAuthCode } from "./auth-code"
import { parseAuthorizationRequest } from "./authorization-request"
import { type AuthorizationResponse, codeResponse } from "./authorization-response"
import { checkOrigin } from "./check-origin"
import { addClientLink } from "./client-link"
import { approveDevice, denyDevice } from "./device-approval"
import { findNextStep, needsConsent } from "./next-step"
import { openPushedRequest } from "./pushed-request"
import { RedirectableError, type ReturnAddress } from "./redirectable-error"
import { openRequestObject } from "./request-object"
import { parseReturnAddress } from "./return-address"
import {
  type AuthorizationState,
  beginAuthorization,
  describeState,
  openStateToken,
  sealStateToken,
} from "./state-token"

/**
 * What the browser sent: the values that state tokens may be bound to, the other half of its BrowserSession, and the Referer
 * header.
 */
export type Browser = {
  browserTokens: string[]
  browserSessionToken: string | null
  /** Of other accounts that are signed in in this browser. */
  otherSessionTokens?: string[]
  referrer?: string | null
}

/** Where the browser goes next: a path of this server, or to the client. `browserToken` is a new binding cookie to set. */
export type AuthorizationAnswer = { next: string | AuthorizationResponse; browserToken?: string }

/**
 * GET and POST /authorize: checks the request, and sends the browser to sign-in with the state token; or, when a User
 * is signed in and has consented, answers the client immediately.
 * Nothing is written to the database until then. OAuth 2.1 section 4.1.1.
 * @throws OAuthError for a page, RedirectableError for the client
 */
export async function authorize(sent: Parameters, browser: Browser, flow: Flow): Promise<AuthorizationAnswer> {
  const pushed = await openPushedRequest(sent)
  if (pushed) flow.join(pushed.id)
  const parameters = pushed?.parameters ?? (await openSigned(sent, flow))
  reportRequest(parameters, flow)
  const { client, address } = await parseReturnAddress(parameters, flow)
  checkPushed(client, address, pushed !== null)
  checkOrigin(client, address, browser.referrer ?? null)
  const request = await parseAuthorizationRequest(parameters, client, address)
  const browserToken = browser.browserTokens[0] ?? generateToken()
  const answer = await continueAuthorization(beginAuthorization(flow.id, request, browserToken), client, browser, flow)
  return browser.browserTokens.length > 0 ? answer : { ...answer, browserToken }
}

/**
 * The parameters of the request object, or those that were sent without one.
 * @throws OAuthError, RedirectableError where the parameters beside an invalid request object name a registered redirect URI
 */
async function openSigned(sent: Parameters, flow: Flow): Promise<Parameters> {
  try {
    if (sent.get("request") === undefined) return sent
    const client = await resolveClient(sent.require("client_id"))
    return client ? await openRequestObject(client, sent) : sent
  } catch (error) {
    const beside = await parseReturnAddress(sent, flow).catch(() => null)
    throw beside ? RedirectableError.from(error, beside.address) : error
  }
}

/** RFC 9126 section 5: a client may be registered for pushed requests only. @throws RedirectableError */
function checkPushed(client: Client, address: ReturnAddress, isPushed: boolean): void {
  if (isPushed || !client.requirePushedRequests) return
  const error = OAuthError.invalidRequest(
    "The client must push its authorization requests to /par first (RFC 9126). Send the request_uri.",
    "parameter_missing",
  )
  throw RedirectableError.from(error, address)
}

/** What the client did before it came is seen by what it brought. */
function reportRequest(parameters: Parameters, flow: Flow): void {
  flow.join(flow.id)
  const entries = parameters.entries()
  const pkce = entries.filter(([name]) => name.startsWith("code_challenge"))
  if (pkce.length > 0) flow.step("authorization.generates_code_challenge", () => describeParameters(pkce))
  flow.step("authorization.calls_authorize", () => describeParameters(entries))
}

/**
 * GET /callback: opens the state token, and continues the authorization from what is true now; anything may have
 * changed since /authorize.
 * @throws OAuthError for a page, with the way back to the client; RedirectableError for the client
 */
export async function resumeAuthorization(
  stateToken: string,
  browser: Browser,
  flow: Flow,
): Promise<AuthorizationAnswer> {
  try {
    return await resume(stateToken, browser, flow)
  } catch (error) {
    throw error instanceof OAuthError ? await addClientLink(error, stateToken, browser.browserTokens) : error
  }
}

async function resume(stateToken: string, browser: Browser, flow: Flow): Promise<AuthorizationAnswer> {
  flow.step("authorization.decodes_state_token", () => ({ state_token: fingerprint(stateToken) }))
  const state = await openStateToken(stateToken, browser.browserTokens)
  flow.join(state.id)
  flow.note(() => describeState(state))
  const client = await recheckClient(state, flow)
  if (state.denied && state.request.device) return { next: await denyDevice(state, flow) }
  if (state.denied) throw redirectableError(state, "access_denied", "The user denied the request.", "user_denied")
  flow.concerns(client)
  return continueAuthorization(state, client, browser, flow)
}

async function recheckClient({ request }: AuthorizationState, flow: Flow): Promise<Client> {
  const client = await resolveClient(request.clientId, flow)
  if (!client)
    throw OAuthError.invalidRequest(
      "The client is no longer registered with this server. Register it again, or use another client_id.",
      unknownClientReason(request.clientId),
    )
  if (request.device) {
    requireGrantType(client, deviceCodeGrant)
    return client
  }
  if (!isRegisteredRedirectUri(request.redirectUri, client.redirectUris)) {
    throw OAuthError.invalidRequest(
      "The redirect_uri is no longer registered for this client. Add it with `client update --redirect-uri`.",
      "redirect_uri_unregistered",
    )
  }
  try {
    requireGrantType(client, "authorization_code")
    const codeChallenge = request.codeChallenge ?? undefined
    parseCodeChallenge(codeChallenge, codeChallenge && "S256", client.requirePkce)
    resolveScope(request.scope.join(" "), client.scope, { strict: true })
  } catch (error) {
    throw RedirectableError.from(error, request)
  }
  return client
}

/** Does what the authorization needs next: a sign-in, a consent, or the answer. */
export async function continueAuthorization(
  state: AuthorizationState,
  client: Client,
  browser: Browser,
  flow: Flow,
): Promise<AuthorizationAnswer> {
  const signedIn = await findSignedInUser(browser.browserSessionToken)
  const next = await findNextStep(state, client, signedIn)
  if (next.step === "answer") {
    flow.concerns({ userId: next.signedIn.user.id })
    await storeDocumentClient(client, flow.source)
    // Without an answer, what was true a moment ago is no longer.
    const answerAgain = () => continueAuthorization(state, client, browser, flow)
    if (state.request.device) {
      const page = await approveDevice(state, next.signedIn, flow)
      return page === null ? answerAgain() : { next: page }
    }
    const code = await issueAuthCode(state, next.signedIn, needsConsent(state, client), flow)
    if (code === null) return answerAgain()
    flow.step("authorization.returns_auth_code", () => ({
      code: fingerprint(code),
      redirect_uri: state.request.redirectUri,
      ...(state.request.state !== null && { state: fingerprint(state.request.state) }),
      iss: config().issuer,
    }))
    return { next: codeResponse(code, state.request) }
  }
  // OpenID Connect Core 1.0 section 3.1.2.1: with prompt none "The Authorization Server MUST NOT display any
  // authentication or consent user interface pages."
  if (state.request.prompt.includes("none")) {
    throw next.step === "consent"
      ? redirectableError(
          state,
          "consent_required",
          "The user has not consented yet, and prompt=none does not allow asking. Send the request without prompt=none.",
          "consent_missing",
        )
      : redirectableError(
          state,
          "login_required",
          "No matching user is signed in, and prompt=none does not allow asking. Send the request without prompt=none.",
          "sign_in_missing",
        )
  }
  if (next.step !== "consent") flow.step("authorization.encodes_state_token", () => describeState(state))
  const stateToken = await sealStateToken(state)
  if (next.step === "consent") flow.step("authorization.asks_for_consent", () => ({ scope: state.request.scope }))
  else flow.step("authorization.redirects_to_sign_in", () => ({ state_token: fingerprint(stateToken) }))
  const choosesAccount = next.step === "sign-in" && canChooseAccount(state, browser)
  const page = choosesAccount ? "select-account" : pages[next.step]
  return { next: `/${page}?${new URLSearchParams({ state: stateToken })}` }
}

/** The page of each step. A User without a second factor sets one up. */
const pages = {
  "sign-in": "sign-in",
  "sign-up": "sign-up",
  passkey: "sign-in",
  "second-factor": "account/totp",
  consent: "consent",
} as const

/**
 * OpenID Connect Core 1.0 section 3.1.2.1, prompt select_account: the person chooses among several accounts in this browser.
 * Once: the sign-in of the chosen one may be too old.
 */
const canChooseAccount = ({ request: { prompt }, chosen }: AuthorizationState, { otherSessionTokens = [] }: Browser) =>
  prompt.includes("select_account") &&
  !prompt.includes("login") &&
  chosen === undefined &&
  otherSessionTokens.length > 0

function redirectableError(
  state: AuthorizationState,
  ...[code, description, reason]: ConstructorParameters<typeof OAuthError>
): unknown {
  return RedirectableError.from(new OAuthError(code, description, reason), state.request)
}
