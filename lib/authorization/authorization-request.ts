import { requireGrantType } from "@/lib/clients/grant-types"
import type { Client } from "@/lib/data/clients"
import { findUiLocale, type Locale } from "@/lib/i18n/locales"
import { acrValues } from "@/lib/protocol/acr"
import { refuseAuthorizationDetails } from "@/lib/protocol/authorization-details"
import {
  type ClaimsRequest,
  joinSubs,
  type ParsedClaims,
  parseClaims,
  type RequestedValues,
  type Subs,
  scopeOfClaim,
} from "@/lib/protocol/claims"
import { OAuthError } from "@/lib/protocol/errors"
import { parseLoginHint } from "@/lib/protocol/login-hint"
import type { Parameters } from "@/lib/protocol/parameters"
import { parseCodeChallenge } from "@/lib/protocol/pkce"
import { type Prompt, parsePrompt } from "@/lib/protocol/prompt"
import { parseResources } from "@/lib/protocol/resource"
import { resolveScope } from "@/lib/protocol/scope"
import { findHintedUser } from "./id-token-hint"
import { parseResponseMode, RedirectableError, type ReturnAddress } from "./redirectable-error"
import { checkParametersSize, checkSealedSize } from "./request-size"

/** An authorization request in which everything has been checked, OAuth 2.1 section 4.1.1 and OpenID Connect Core 3.1.2.1. */
export type AuthorizationRequest = ReturnAddress & {
  clientId: string
  scope: string[]
  resource: string[]
  codeChallenge: string | null
  nonce: string | null
  prompt: Prompt[]
  /** Seconds since the User last signed in, at most. */
  maxAge: number | null
  loginHint: string | null
  /** The language of the pages, from the parameter ui_locales. */
  locale?: Locale
  /** The request asks for the class with a second factor: by an essential acr of 2 alone, or by acr_values, which is voluntary. */
  secondFactor?: "essential" | "voluntary"
  /** The users that the id_token_hint or the claims parameter names. */
  hintedSub: Subs
  /** The claims that the claims parameter requests by name; null for none. */
  claims?: ClaimsRequest | null
  /** The thumbprint of the key that the code is bound to, RFC 9449 section 10. */
  dpopJkt?: string
  /** The device that the User is to allow (RFC 8628). It gets its answer at /token, and the browser none. */
  device?: { id: string; userCode: string }
}

/**
 * Checks everything else of an authorization request, in this order.
 * @throws RedirectableError
 */
export async function parseAuthorizationRequest(
  parameters: Parameters,
  client: Client,
  address: ReturnAddress,
): Promise<AuthorizationRequest> {
  try {
    parameters.checkAll()
    checkParametersSize(parameters)
    checkUnsupported(parameters)
    checkResponseMode(parameters, address)
    checkResponseType(parameters, client)
    const codeChallenge = parseCodeChallenge(
      parameters.get("code_challenge"),
      parameters.get("code_challenge_method"),
      client.requirePkce,
    )
    const scope = resolveScope(parameters.get("scope"), client.scope, { strict: client.strictScope })
    if (codeChallenge === null && !scope.includes("openid")) {
      throw OAuthError.invalidRequest(
        "The parameter code_challenge is missing. PKCE with S256 is required (RFC 7636).",
        "pkce_missing",
      )
    }
    const claims = parseClaims(parameters.get("claims"))
    const dpopJkt = parseDpopJkt(parameters.get("dpop_jkt"))
    checkAcr(claims)
    const locale = findUiLocale(parameters.get("ui_locales"))
    const request = {
      clientId: client.clientId,
      ...address,
      scope,
      resource: parseResources(parameters.getAll("resource")),
      codeChallenge,
      nonce: parameters.get("nonce") ?? null,
      prompt: parsePrompt(parameters.get("prompt")),
      maxAge: parseMaxAge(parameters.get("max_age")),
      loginHint: parseLoginHint(parameters.get("login_hint")),
      hintedSub: joinSubs(claims.sub, await findHintedUser(parameters.get("id_token_hint"), client.clientId)),
      claims: registeredClaims(claims, client),
      ...(dpopJkt && { dpopJkt }),
      ...(locale && { locale }),
      ...findSecondFactor(claims, parameters.get("acr_values")),
    }
    checkSealedSize(request)
    return request
  } catch (error) {
    throw RedirectableError.from(error, address)
  }
}

/** OpenID Connect Core 1.0 section 3.1.2.1, acr_values, and section 5.5.1.1. */
function findSecondFactor({ acr }: ParsedClaims, acrValues = ""): Pick<AuthorizationRequest, "secondFactor"> {
  const asksForTwo = (values: string[]) => values.includes("2") && !values.includes("1")
  if (acr && asksForTwo(acr)) return { secondFactor: "essential" }
  return asksForTwo(acrValues.split(" ")) ? { secondFactor: "voluntary" } : {}
}

/**
 * OpenID Connect Core 1.0 section 5.5.1.1: if acr is "requested as an Essential Claim with a values parameter requesting
 * specific Authentication Context Class Reference values", a server that cannot provide one "MUST treat that outcome as a
 * failed authentication attempt".
 * @throws OAuthError unmet_authentication_requirements
 */
function checkAcr({ acr }: ParsedClaims): void {
  if (acr && !acr.some((value) => acrValues.includes(value))) {
    throw new OAuthError(
      "unmet_authentication_requirements",
      `The claims parameter requires an acr that this server does not have. Request one of: ${acrValues.join(" ")}.`,
      "acr_not_available",
    )
  }
}

/** The requested claims whose scope is registered for the client. The others are left out, as other scopes are. */
function registeredClaims({ userinfo, id_token, values }: ParsedClaims, { scope }: Client): ClaimsRequest | null {
  const isRegistered = (claim: string) => scope.includes(scopeOfClaim(claim))
  const claims = { userinfo: userinfo.filter(isRegistered), id_token: id_token.filter(isRegistered) }
  if (claims.userinfo.length + claims.id_token.length === 0) return null
  if (!values) return claims
  const keepRegistered = (some: RequestedValues): RequestedValues =>
    Object.fromEntries(Object.entries(some).filter(([claim]) => isRegistered(claim)))
  return {
    ...claims,
    values: { userinfo: keepRegistered(values.userinfo), id_token: keepRegistered(values.id_token) },
  }
}

/** The standards name the errors for what a server does not have. */
const unsupportedParameters = [
  // OpenID Connect Core 1.0 section 6.2 and 7.2.1. A request_uri of this server, and a request object, are opened before.
  ["request_uri", "request_uri_not_supported"],
  ["request", "request_not_supported"],
  ["registration", "registration_not_supported"],
] as const

function checkUnsupported(parameters: Parameters): void {
  refuseAuthorizationDetails(parameters)
  for (const [name, code] of unsupportedParameters) {
    if (parameters.get(name) !== undefined) {
      throw new OAuthError(code, `The parameter ${name} is not supported. Leave it out.`, "parameter_unsupported")
    }
  }
}

function checkResponseMode(parameters: Parameters, address: ReturnAddress): void {
  const responseMode = parameters.get("response_mode")
  if (responseMode === "fragment") {
    throw OAuthError.invalidRequest(
      "The response_mode fragment is for the implicit grant, which OAuth 2.1 removed. Use query or form_post, or leave it out.",
      "parameter_unsupported",
    )
  }
  if (parseResponseMode(responseMode) === null) {
    throw OAuthError.invalidRequest(
      "The parameter response_mode must be query or form_post. Use one of these, or leave it out.",
      "parameter_unsupported",
    )
  }
  if (responseMode === "form_post" && address.responseMode !== responseMode) {
    throw OAuthError.invalidRequest(
      "The response_mode form_post needs a redirect_uri with https or http. Use query, or leave it out.",
      "parameter_invalid",
    )
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
  requireGrantType(client, "authorization_code")
}

function parseDpopJkt(value: string | undefined): string | null {
  if (value === undefined) return null
  if (!/^[A-Za-z0-9_-]{43}$/.test(value)) {
    throw OAuthError.invalidRequest(
      "The parameter dpop_jkt must be the base64url SHA-256 thumbprint of a key (RFC 9449 section 10).",
      "parameter_invalid",
    )
  }
  return value
}

function parseMaxAge(value: string | undefined): number | null {
  if (value === undefined) return null
  if (!/^[0-9]{1,9}$/.test(value)) {
    throw OAuthError.invalidRequest("The parameter max_age must be a whole number of seconds.", "parameter_invalid")
  }
  return Number(value)
}
