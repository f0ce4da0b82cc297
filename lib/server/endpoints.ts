import * as authorizationServerMetadata from "@/app/.well-known/oauth-authorization-server/route"
import * as openidConfiguration from "@/app/.well-known/openid-configuration/route"
import * as authorize from "@/app/(oauth)/authorize/route"
import * as callback from "@/app/(oauth)/callback/route"
import * as introspect from "@/app/(oauth)/introspect/route"
import * as jwks from "@/app/(oauth)/jwks/route"
import * as refresh from "@/app/(oauth)/refresh/route"
import * as revoke from "@/app/(oauth)/revoke/route"
import * as signInLimited from "@/app/(oauth)/sign-in/limited/route"
import * as token from "@/app/(oauth)/token/route"
import * as userinfo from "@/app/(oauth)/userinfo/route"
import type { Endpoint, Method } from "@/lib/http/endpoint"
import type { Handler } from "@/lib/http/exchange"

/** Every route.ts by its path. A test compares this with the folders of app. */
const endpoints = new Map<string, Endpoint>([
  ["/.well-known/oauth-authorization-server", authorizationServerMetadata],
  ["/.well-known/openid-configuration", openidConfiguration],
  ["/authorize", authorize],
  ["/callback", callback],
  ["/introspect", introspect],
  ["/jwks", jwks],
  ["/refresh", refresh],
  ["/revoke", revoke],
  ["/sign-in/limited", signInLimited],
  ["/token", token],
  ["/userinfo", userinfo],
])

/**
 * The handler that Next would call for this method and path.
 * @param path as it stands in the request. One that is written in another way than ours is for Next to interpret.
 * @returns null for everything else: pages, files, and methods that no endpoint knows
 */
export function findEndpoint(method: string | undefined, path: string): Handler | null {
  return endpoints.get(path)?.[method as Method]?.handle ?? null
}
