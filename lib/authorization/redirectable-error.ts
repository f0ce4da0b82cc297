import { OAuthError } from "@/lib/protocol/errors"

/** How an authorization response is sent: OAuth 2.0 Multiple Response Types section 2.1, OAuth 2.0 Form Post Response Mode. */
export const responseModes = ["query", "form_post"] as const
export type ResponseMode = (typeof responseModes)[number]

/** Where an authorization response goes: a redirect URI that has been checked, and the client's own state. */
export type ReturnAddress = { redirectUri: string; state: string | null; responseMode: ResponseMode }

/** @returns null when this server does not have the mode */
export function parseResponseMode(value: string | undefined): ResponseMode | null {
  return value === undefined ? "query" : (responseModes.find((mode) => mode === value) ?? null)
}

/**
 * An error that is reported to the client by a redirect (RFC 6749 section 4.1.2.1). It is a separate type, made only where
 * the redirect URI has been checked; any other error at /authorize and /callback is a page.
 */
export class RedirectableError extends Error {
  override name = "RedirectableError"

  private constructor(
    readonly error: OAuthError,
    readonly address: ReturnAddress,
  ) {
    super(error.message, { cause: error })
  }

  /** @returns what to throw: protocol errors become redirectable, anything else stays what it is */
  static from(error: unknown, address: ReturnAddress): unknown {
    return error instanceof OAuthError ? new RedirectableError(error, address) : error
  }
}
