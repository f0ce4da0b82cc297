import { dpopAlgs } from "./dpop"

/** Error codes that go on the wire, by the document that defines them. */
export type OAuthErrorCode =
  // RFC 6749 sections 4.1.2.1 and 5.2
  | "invalid_request"
  | "invalid_client"
  | "invalid_grant"
  | "unauthorized_client"
  | "unsupported_grant_type"
  | "unsupported_response_type"
  | "invalid_scope"
  | "access_denied"
  | "server_error"
  | "temporarily_unavailable"
  // RFC 6750 section 3.1
  | "invalid_token"
  | "insufficient_scope"
  // OpenID Connect Core 1.0 section 3.1.2.6
  | "login_required"
  // OpenID Connect Core Error Code unmet_authentication_requirements 1.0
  | "unmet_authentication_requirements"
  | "consent_required"
  | "request_not_supported"
  | "request_uri_not_supported"
  // RFC 8628 section 3.5
  | "authorization_pending"
  | "slow_down"
  | "expired_token"
  // RFC 9449 section 12.2
  | "invalid_dpop_proof"
  | "use_dpop_nonce"
  // RFC 9101 section 9
  | "invalid_request_uri"
  | "invalid_request_object"
  // RFC 9396 section 14.6
  | "invalid_authorization_details"
  | "registration_not_supported"
  // RFC 8707 section 2
  | "invalid_target"
  // RFC 7591 section 3.2.2
  | "invalid_client_metadata"
  | "invalid_redirect_uri"

/** Why, exactly, a request was refused: for the log and the flow inspector, never for the wire. */
export type Reason =
  | "access_token_expired"
  | "access_token_for_another_resource"
  | "access_token_foreign"
  | "access_token_malformed"
  | "access_token_missing"
  | "access_token_revoked"
  | "acr_not_available"
  | "authorization_pending"
  | "client_authentication_failed"
  | "client_authentication_missing"
  | "client_document_invalid"
  | "client_document_unavailable"
  | "client_keys_unavailable"
  | "client_not_allowed"
  | "client_unknown"
  | "code_expired"
  | "code_of_another_client"
  | "code_replayed"
  | "code_unknown"
  | "code_verifier_mismatch"
  | "consent_missing"
  | "content_type_not_form"
  | "content_type_not_json"
  | "credentials_wrong"
  | "database_unavailable"
  | "deleted_meanwhile"
  | "device_code_expired"
  | "email_unverified"
  | "provider_failed"
  | "dpop_key_mismatch"
  | "dpop_nonce_missing"
  | "dpop_proof_invalid"
  | "dpop_proof_missing"
  | "form_from_another_origin"
  | "form_too_large"
  | "grant_type_not_allowed"
  | "metadata_invalid"
  | "method_not_allowed"
  | "origin_unregistered"
  | "parameter_invalid"
  | "parameter_missing"
  | "parameter_repeated"
  | "parameter_in_query"
  | "parameter_unsupported"
  | "pkce_invalid"
  | "pkce_missing"
  | "polling_too_fast"
  | "prefetch_refused"
  | "redirect_uri_mismatch"
  | "redirect_uri_unregistered"
  | "refresh_token_of_another_client"
  | "refresh_token_replayed"
  | "refresh_token_unknown"
  | "registration_off"
  | "registration_token_invalid"
  | "request_broken_off"
  | "request_object_invalid"
  | "request_uri_invalid"
  | "resource_not_granted"
  | "scope_not_allowed"
  | "scope_not_granted"
  | "session_ended"
  | "session_expired"
  | "server_busy"
  | "sign_in_missing"
  | "state_token_invalid"
  | "state_token_of_another_browser"
  | "state_token_used"
  | "token_inactive"
  | "token_of_another_client"
  | "too_many_attempts"
  | "unexpected"
  | "user_denied"
  | "user_disabled"

const statuses: Partial<Record<OAuthErrorCode, number>> = {
  invalid_client: 401,
  invalid_token: 401,
  insufficient_scope: 403,
  server_error: 500,
  temporarily_unavailable: 503,
}

/** What a client sent and what is registered for it, for a page that developers see. `fix` is a command. */
export type Comparison = { name: string; sent: string; registered: string[]; fix: string }

/** The client that a page about an error can lead back to. `returnUri` is null when no link to it is safe to offer. */
export type ClientLink = { name: string; returnUri: string | null }

/**
 * The one error of the protocol. `description` is public: ASCII, and explains what a developer can do. `reason` is private.
 */
export class OAuthError extends Error {
  readonly status: number
  readonly headers: Record<string, string>
  /** For the page alone: where no redirect may be made, a person can still press a link. */
  readonly client: ClientLink | null
  /** For the page alone, in the demo and in development. */
  readonly comparison: Comparison | null

  constructor(
    readonly code: OAuthErrorCode,
    readonly description: string,
    readonly reason: Reason,
    options: {
      status?: number
      headers?: Record<string, string>
      client?: ClientLink
      comparison?: Comparison | null
      cause?: unknown
    } = {},
  ) {
    super(`${code}: ${reason}`, { cause: options.cause })
    this.name = "OAuthError"
    this.status = options.status ?? statuses[code] ?? 400
    this.headers = options.headers ?? {}
    this.client = options.client ?? null
    this.comparison = options.comparison ?? null
  }

  /** The same error, with the way back to the client for its page. */
  withClient(client: ClientLink): OAuthError {
    const { code, description, reason, status, headers, comparison } = this
    return new OAuthError(code, description, reason, { status, headers, client, comparison, cause: this })
  }

  static invalidRequest(description: string, reason: Reason): OAuthError {
    return new OAuthError("invalid_request", description, reason)
  }

  static invalidGrant(description: string, reason: Reason): OAuthError {
    return new OAuthError("invalid_grant", description, reason)
  }

  static invalidScope(description: string, reason: Reason): OAuthError {
    return new OAuthError("invalid_scope", description, reason)
  }

  static invalidTarget(description: string, reason: Reason): OAuthError {
    return new OAuthError("invalid_target", description, reason)
  }

  /** RFC 6749 section 5.2 with RFC 9110 section 11.6.1: a 401 names the scheme that would do. */
  static invalidClient(description: string, reason: Reason): OAuthError {
    return new OAuthError("invalid_client", description, reason, {
      headers: { "WWW-Authenticate": 'Basic realm="OAuth Flow", charset="UTF-8"' },
    })
  }

  /** RFC 6750 section 3.1: the answer to a request without a token contains only the scheme, no error code. */
  static missingToken(): OAuthError {
    return new OAuthError(
      "invalid_token",
      "Send the access token in the header Authorization: Bearer <access token>.",
      "access_token_missing",
      { headers: { "WWW-Authenticate": 'Bearer realm="OAuth Flow"' } },
    )
  }

  /** RFC 6750 section 3. */
  static bearer(code: "invalid_token" | "insufficient_scope" | "invalid_request", description: string, reason: Reason) {
    return new OAuthError(code, description, reason, {
      headers: {
        "WWW-Authenticate": `Bearer realm="OAuth Flow", error="${code}", error_description="${description}"`,
      },
    })
  }

  /** The same error at a protected resource, for a token that is bound to a key: RFC 9449 section 7.1. */
  withDpopChallenge(): OAuthError {
    const { code, description, reason, status } = this
    const facts = { realm: "OAuth Flow", error: code, error_description: description, algs: dpopAlgs.join(" ") }
    const challenge = Object.entries(facts).map(([name, value]) => `${name}="${value}"`)
    const headers = { "WWW-Authenticate": `DPoP ${challenge.join(", ")}` }
    return new OAuthError(code, description, reason, { status: status === 400 ? 401 : status, headers, cause: this })
  }

  /** The JSON body of RFC 6749 section 5.2. */
  toJSON(): { error: OAuthErrorCode; error_description: string } {
    return { error: this.code, error_description: this.description }
  }
}
