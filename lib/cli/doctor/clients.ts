import { type Finding, failed, type Metadata, ok, warning } from "./finding"

/** A list of the metadata, and the values of which it must have one. */
type Need = [list: string, oneOf: string[]]

const code: Need = ["response_types_supported", ["code"]]
const pkce: Need = ["code_challenge_methods_supported", ["S256"]]
const eitherSecret: Need = ["token_endpoint_auth_methods_supported", ["client_secret_basic", "client_secret_post"]]

/** What each client needs of the metadata, in the way that its documentation sets it up. */
const needs: [client: string, Need[]][] = [
  ["Auth.js", [code, pkce, ["token_endpoint_auth_methods_supported", ["client_secret_basic"]]]],
  ["openid-client", [code, pkce, ["token_endpoint_auth_methods_supported", ["client_secret_post"]]]],
  ["oauth2-proxy", [code, eitherSecret, ["scopes_supported", ["email"]]]],
  // It accepts no other algorithm without a bean of its own, and its parser demands the subject types.
  [
    "Spring Security",
    [code, eitherSecret, ["id_token_signing_alg_values_supported", ["RS256"]], ["subject_types_supported", ["public"]]],
  ],
]

/** What each kind of client needs, from the metadata alone. */
export function checkClients(metadata: Metadata): Finding[] {
  const findMissing = (all: Need[]) =>
    all
      .filter(([list, oneOf]) => !oneOf.some((value) => (metadata[list] as string[] | undefined)?.includes(value)))
      .map(([list, oneOf]) => `${list} without ${oneOf.join(" or ")}`)
  const report = (client: string, missing: string[]) =>
    missing.length === 0
      ? ok(client, "It finds everything that it needs.")
      : failed(client, `The metadata has ${missing.join(", and ")}.`, "Check that this is an OAuth Flow server.")
  return [...needs.map(([client, all]) => report(client, findMissing(all))), checkMcp(metadata, findMissing([pkce]))]
}

function checkMcp(metadata: Metadata, missing: string[]): Finding {
  const client = "MCP clients"
  if (missing.length > 0) return failed(client, `They refuse a server without PKCE: ${missing.join()}.`, "Update it.")
  const canRegister =
    metadata.client_id_metadata_document_supported === true || metadata.registration_endpoint !== undefined
  return canRegister
    ? ok(client, "They can register or send the URL of their metadata.")
    : warning(
        client,
        "They cannot register themselves, so each needs a client ID from you.",
        "Set CLIENT_ID_METADATA_DOCUMENTS=on, and for older clients REGISTRATION=open.",
      )
}
