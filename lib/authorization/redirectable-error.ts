import { OAuthError } from "@/lib/protocol/errors"

/** Where an authorization response goes: a redirect URI that has been checked, and the client's own state. */
export type ReturnAddress = { redirectUri: string; state: string | null }

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
