import type { Client } from "@/lib/data/clients"
import type { Comparison } from "@/lib/protocol/errors"

/**
 * A URI that is not registered, beside those that are, with the command that would register it.
 * @param name of the parameter
 */
export function compareUris(
  name: "redirect_uri" | "post_logout_redirect_uri",
  sent: string,
  { clientId, redirectUris, postLogoutRedirectUris }: Client,
): Comparison {
  const registered = name === "redirect_uri" ? redirectUris : postLogoutRedirectUris
  const all = [...registered, sent].map((uri) => `'${uri.replaceAll("'", "%27")}'`).join(" ")
  return {
    name,
    sent,
    registered,
    fix: `npm run -s cli -- client update ${clientId} --${name.replaceAll("_", "-")} ${all}`,
  }
}
