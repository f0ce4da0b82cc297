import { describeJwt, type Facts, fingerprint } from "@/lib/flows/facts"

/** A token response, RFC 6749 section 5.1. */
export type TokenResponse = {
  access_token: string
  /** RFC 8693 section 2.2.1. */
  issued_token_type?: string
  /** DPoP for a token that is bound to a key, RFC 9449 section 5. */
  token_type: "Bearer" | "DPoP"
  /** Seconds. */
  expires_in: number
  refresh_token?: string
  scope?: string
  id_token?: string
}

/** A token response without its tokens. */
export function describeTokens({ access_token, refresh_token, id_token, ...open }: TokenResponse): Facts {
  return {
    ...open,
    access_token: describeJwt(access_token),
    ...(refresh_token && { refresh_token: fingerprint(refresh_token) }),
    ...(id_token && { id_token: describeJwt(id_token) }),
  }
}
