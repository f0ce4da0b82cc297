import { isRegisteredOrigin } from "@/lib/clients/origins"
import { config } from "@/lib/config"
import type { Client } from "@/lib/data/clients"
import { OAuthError } from "@/lib/protocol/errors"
import { isRegisteredRedirectUri } from "@/lib/protocol/redirect-uri"
import type { ReturnAddress } from "./redirectable-error"

/**
 * In development: checks that the page of this machine that starts a browser client's sign-in will be able to read the
 * response of /token. Otherwise the developer sees only a CORS error of the browser, after the sign-in.
 * @param referrer the Referer header; without one nothing is checked
 * @throws OAuthError origin_unregistered
 */
export function checkOrigin(client: Client, { redirectUri }: ReturnAddress, referrer: string | null): void {
  if (!config().isDevelopment || client.tokenEndpointAuthMethod !== "none" || referrer === null) return
  const registered = client.redirectUris.filter((uri) => isRegisteredRedirectUri(redirectUri, [uri]))
  if (isNative(redirectUri, registered)) return
  const origin = URL.canParse(referrer) ? new URL(referrer).origin : "null"
  const isLocal = /^http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:|$)/.test(origin)
  if (!isLocal || origin === new URL(config().issuer).origin || isRegisteredOrigin(origin, client.origins)) return
  throw OAuthError.invalidRequest(
    `The page that started this request is at ${origin}, which is not the origin of any of the client's redirect URIs, so it cannot read the response of /token. Open the app at ${new URL(registered[0] ?? redirectUri).origin}, or register a redirect URI at this origin.`,
    "origin_unregistered",
  )
}

/** A native client, which does not call /token from a page, has a scheme of its own, or registers a loopback URI without a port. */
function isNative(redirectUri: string, registered: string[]): boolean {
  if (!/^https?:/.test(redirectUri)) return true
  return !registered.includes(redirectUri) && registered.some((uri) => new URL(uri).port === "")
}
