import { type Finding, failed, type Metadata, ok, warning } from "./finding"

/** What each kind of client needs, from the metadata alone. */
export function checkClients(metadata: Metadata): Finding[] {
  const lists = (name: string, value: string) => (metadata[name] as string[] | undefined)?.includes(value) === true
  const basics =
    lists("response_types_supported", "code") &&
    lists("code_challenge_methods_supported", "S256") &&
    lists("id_token_signing_alg_values_supported", "RS256")
  const common = ["Auth.js", "openid-client", "oauth2-proxy", "Spring Security"].map((client) =>
    basics
      ? ok(client, "It finds everything that it needs.")
      : failed(client, "The metadata lacks the code flow, PKCE or RS256.", "Check that this is an OAuth Flow server."),
  )
  const canRegister =
    metadata.client_id_metadata_document_supported === true || metadata.registration_endpoint !== undefined
  const mcp = canRegister
    ? ok("MCP clients", "They can register or send the URL of their metadata.")
    : warning(
        "MCP clients",
        "They cannot register themselves, so each needs a client ID from you.",
        "Set CLIENT_ID_METADATA_DOCUMENTS=on, and for older clients REGISTRATION=open.",
      )
  return [...common, mcp]
}
