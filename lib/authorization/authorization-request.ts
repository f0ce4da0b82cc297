import { type Client, findClient } from "@/lib/data/clients"
import { describeParameter } from "@/lib/flows/facts"
import type { Flow } from "@/lib/flows/flow"
import { OAuthError } from "@/lib/protocol/errors"
import type { Parameters } from "@/lib/protocol/parameters"
import { parseCodeChallenge } from "@/lib/protocol/pkce"
import { type Prompt, parsePrompt } from "@/lib/protocol/prompt"
import { isRegisteredRedirectUri } from "@/lib/protocol/redirect-uri"
import { parseResources } from "@/lib/protocol/resource"
import { resolveScope } from "@/lib/protocol/scope"
import { RedirectableError, type ReturnAddress } from "./redirectable-error"

/** An authorization request in which everything has been checked, OAuth 2.1 section 4.1.1 and OpenID Connect Core 3.1.2.1. */
export type AuthorizationRequest = {
  clientId: string
  redirectUri: string
  state: string | null
  scope: string[]
  resource: string[]
  codeChallenge: string | null
  nonce: string | null
  prompt: Prompt[]
  /** Seconds since the User last signed in, at most. */
  maxAge: number | null
  loginHint: string | null
  idTokenHint: string | null
}

/** Longest values taken, in characters: all of them travel through URLs, sealed in the state token. */
const maxLengths: Record<string, number> = {
  state: 2048,
  nonce: 512,
  scope: 1024,
  resource: 512,
  login_hint: 254,
  id_token_hint: 3072,
}
const maxTotalLength = 6 * 1024

/**
 * Finds out to whom the answer goes, before anything else is looked at. As long as that is not certain, an error is a
 * page of ours and never a redirect.
 * @throws OAuthError
 */
export async function parseReturnAddress(
  parameters: Parameters,
  flow: Flow,
): Promise<{ client: Client; address: ReturnAddress }> {
  const client = await findClient(parameters.require("client_id"))
  if (!client) {
    throw OAuthError.invalidRequest("The client_id is not one that is registered here.", "client_unknown")
  }
  flow.concerns(client)
  const redirectUri = resolveRedirectUri(parameters.get("redirect_uri"), client, flow)
  return { client, address: { redirectUri, state: readState(parameters) } }
}

function resolveRedirectUri(requested: string | undefined, client: Client, flow: Flow): string {
  if (requested === undefined) {
    const [only, ...others] = client.redirectUris
    // OAuth 2.1 section 4.1.1: redirect_uri is "REQUIRED if multiple redirect URIs are registered for the client."
    if (only && others.length === 0) return only
    throw OAuthError.invalidRequest("The parameter redirect_uri is missing.", "parameter_missing")
  }
  // RFC 9700 section 2.1: "authorization servers MUST utilize exact string matching except for port numbers in
  // localhost redirection URIs of native apps".
  if (!isRegisteredRedirectUri(requested, client.redirectUris)) {
    flow.note(() => ({
      redirect_uri: {
        sent: describeParameter("redirect_uri", requested),
        stored: client.redirectUris.slice(0, 20).map((uri) => describeParameter("redirect_uri", uri)),
      },
    }))
    throw OAuthError.invalidRequest(
      "The redirect_uri is not one that the client has registered. It must be equal to the last character.",
      "redirect_uri_unregistered",
    )
  }
  return requested
}

/** A state that cannot be given back as it came is left out; the check that follows names the fault. */
function readState(parameters: Parameters): string | null {
  try {
    const state = parameters.get("state")
    return state !== undefined && state.length <= (maxLengths.state ?? 0) ? state : null
  } catch {
    return null
  }
}

/**
 * Checks everything else of an authorization request, in this order.
 * @throws RedirectableError
 */
export function parseAuthorizationRequest(
  parameters: Parameters,
  client: Client,
  address: ReturnAddress,
): AuthorizationRequest {
  try {
    parameters.checkAll()
    checkLengths(parameters)
    checkUnsupported(parameters)
    checkResponseType(parameters, client)
    const codeChallenge = parseCodeChallenge(
      parameters.get("code_challenge"),
      parameters.get("code_challenge_method"),
      client.requirePkce,
    )
    const scope = resolveScope(parameters.get("scope"), client.scope)
    if (codeChallenge === null && !scope.includes("openid")) {
      throw OAuthError.invalidRequest(
        "The parameter code_challenge is missing: PKCE with S256 is required (RFC 7636).",
        "pkce_missing",
      )
    }
    return {
      clientId: client.clientId,
      redirectUri: address.redirectUri,
      state: address.state,
      scope,
      resource: parseResources(parameters.getAll("resource")),
      codeChallenge,
      nonce: parameters.get("nonce") ?? null,
      prompt: parsePrompt(parameters.get("prompt")),
      maxAge: parseMaxAge(parameters.get("max_age")),
      loginHint: parameters.get("login_hint") ?? null,
      idTokenHint: parameters.get("id_token_hint") ?? null,
    }
  } catch (error) {
    throw RedirectableError.from(error, address)
  }
}

function checkLengths(parameters: Parameters): void {
  let total = 0
  for (const [name, value] of parameters.entries()) {
    total += name.length + value.length
    const max = maxLengths[name]
    if (max !== undefined && value.length > max) {
      throw OAuthError.invalidRequest(`The parameter ${name} is longer than ${max} characters.`, "parameter_invalid")
    }
  }
  if (total > maxTotalLength) {
    throw OAuthError.invalidRequest(
      `The parameters are longer than ${maxTotalLength} characters in all.`,
      "parameter_invalid",
    )
  }
}

/** OpenID Connect Core 1.0 sections 6 and 7.2.1 name the errors for what a server does not take. */
function checkUnsupported(parameters: Parameters): void {
  const refuse = (
    code: "request_not_supported" | "request_uri_not_supported" | "registration_not_supported",
    name: string,
  ) => {
    if (parameters.get(name) !== undefined) {
      throw new OAuthError(code, `The parameter ${name} is not supported.`, "parameter_unsupported")
    }
  }
  refuse("request_not_supported", "request")
  refuse("request_uri_not_supported", "request_uri")
  refuse("registration_not_supported", "registration")
  const responseMode = parameters.get("response_mode")
  if (responseMode !== undefined && responseMode !== "query") {
    throw OAuthError.invalidRequest("The parameter response_mode must be query, or left out.", "parameter_unsupported")
  }
}

function checkResponseType(parameters: Parameters, client: Client): void {
  if (parameters.require("response_type") !== "code") {
    throw new OAuthError(
      "unsupported_response_type",
      "The parameter response_type must be code.",
      "parameter_unsupported",
    )
  }
  checkGrantType(client)
}

/** @throws OAuthError unauthorized_client */
export function checkGrantType(client: Client): void {
  if (!client.grantTypes.includes("authorization_code")) {
    throw new OAuthError(
      "unauthorized_client",
      "The client is not registered for the grant type authorization_code.",
      "grant_type_not_allowed",
    )
  }
}

function parseMaxAge(value: string | undefined): number | null {
  if (value === undefined) return null
  if (!/^[0-9]{1,9}$/.test(value)) {
    throw OAuthError.invalidRequest("The parameter max_age must be a whole number of seconds.", "parameter_invalid")
  }
  return Number(value)
}
