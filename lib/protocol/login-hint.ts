/**
 * The e-mail address that a client suggests for the sign-in form, OpenID Connect Core 1.0 section 3.1.2.1. The hint is the
 * client's guess, so one that is not an address is ignored.
 */
export function parseLoginHint(value: string | undefined): string | null {
  return value !== undefined && value.length <= 254 && /^[^\s@]+@[^\s@]+$/.test(value) ? value : null
}
