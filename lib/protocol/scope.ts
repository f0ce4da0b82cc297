import { OAuthError } from "./errors"

/** RFC 6749 appendix A.4: scope-token = 1*( %x21 / %x23-5B / %x5D-7E ) */
const scopeTokenSyntax = /^[\x21\x23-\x5b\x5d-\x7e]+$/

export const isScopeToken = (text: string): boolean => scopeTokenSyntax.test(text)

/** Splits a scope parameter into its tokens, each once. @throws OAuthError invalid_scope */
export function parseScope(scope: string): string[] {
  const tokens = [...new Set(scope.split(" ").filter(Boolean))]
  if (tokens.length === 0 || !tokens.every(isScopeToken)) {
    throw OAuthError.invalidScope(
      "The parameter scope must be a space-separated list of scope values (RFC 6749 section 3.3).",
      "scope_not_allowed",
    )
  }
  return tokens
}

/**
 * The scope of an authorization request: the requested values that are registered, or the whole registered scope when it
 * names none. RFC 6749 section 3.3: "The authorization server MAY fully or partially ignore the scope requested by the
 * client". OpenID Connect Core 1.0 section 3.1.2.1: "Scope values used that are not understood by an implementation SHOULD be
 * ignored."
 * @param options.strict whether a value that is not registered is an error
 * @throws OAuthError invalid_scope when no requested value is registered, or, if strict, one is not
 */
export function resolveScope(requested: string | undefined, registered: string[], { strict = false } = {}): string[] {
  if (requested === undefined) return registered
  const tokens = parseScope(requested)
  const granted = tokens.filter((token) => registered.includes(token))
  if (granted.length === 0 || (strict && granted.length < tokens.length)) {
    const unknown = tokens.filter((token) => !registered.includes(token))
    throw OAuthError.invalidScope(
      `The client is not registered for this scope: ${unknown.join(" ").slice(0, 100)}. Leave it out, or register it with \`client update --scope\`.`,
      "scope_not_allowed",
    )
  }
  return granted
}

/**
 * The scope of a new access token: what the refresh request asks for, within what was granted, or all of it.
 * @throws OAuthError invalid_scope, RFC 6749 section 6
 */
export function narrowScope(requested: string | undefined, granted: string[]): string[] {
  if (granted.length === 0) {
    throw OAuthError.invalidScope(
      "None of the granted scopes is still registered for this client. Register them with `client update --scope`, or start a new authorization request.",
      "scope_not_granted",
    )
  }
  if (requested === undefined) return granted
  const tokens = parseScope(requested)
  // RFC 6749 section 6: "The requested scope MUST NOT include any scope not originally granted by the resource owner"
  if (!tokens.every((token) => granted.includes(token))) {
    throw OAuthError.invalidScope(
      "The scope contains values that were not granted. Send fewer, or start a new authorization request.",
      "scope_not_granted",
    )
  }
  return tokens
}

/** The scope values that OpenID Connect Core 1.0 section 5.4 and 11 define. */
export const standardScopes = ["openid", "profile", "email", "address", "phone", "offline_access"]

/** The scope of a client that is registered without one. */
export const defaultScope = ["openid", "profile", "email", "offline_access"]
