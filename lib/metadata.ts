import { responseModes } from "@/lib/authorization/redirectable-error"
import { clientJwtAlgs } from "@/lib/clients/client-keys"
import { grantTypes } from "@/lib/clients/grant-types"
import { type Config, config } from "@/lib/config"
import { locales } from "@/lib/i18n/locales"
import { acrValues } from "@/lib/protocol/acr"
import { standardClaims } from "@/lib/protocol/claims"
import { dpopAlgs } from "@/lib/protocol/dpop"
import { promptValues } from "@/lib/protocol/prompt"
import { standardScopes } from "@/lib/protocol/scope"

/** How long caches may keep the metadata, in seconds. */
export const metadataMaxAgeSeconds = 60

/** Creates a document once for each Config. */
function oncePerConfig<Document extends object>(make: () => Document): () => Document {
  const made = new WeakMap<Config, Document>()
  return () => {
    const document = made.get(config()) ?? make()
    made.set(config(), document)
    return document
  }
}

/** Authorization server metadata, RFC 8414 section 2, RFC 9207 section 3. */
export const authorizationServerMetadata = oncePerConfig(() => {
  const { issuer, registration, CLIENT_ID_METADATA_DOCUMENTS } = config()
  const confidential = ["client_secret_basic", "client_secret_post", "private_key_jwt"]
  return {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    introspection_endpoint: `${issuer}/introspect`,
    revocation_endpoint: `${issuer}/revoke`,
    pushed_authorization_request_endpoint: `${issuer}/par`,
    device_authorization_endpoint: `${issuer}/device_authorization`,
    ...(registration !== "off" && { registration_endpoint: `${issuer}/register` }),
    require_pushed_authorization_requests: false,
    jwks_uri: `${issuer}/jwks`,
    scopes_supported: standardScopes,
    response_types_supported: ["code"],
    response_modes_supported: [...responseModes],
    grant_types_supported: grantTypes,
    code_challenge_methods_supported: ["S256"],
    token_endpoint_auth_methods_supported: [...confidential, "none"],
    token_endpoint_auth_signing_alg_values_supported: clientJwtAlgs,
    introspection_endpoint_auth_methods_supported: confidential,
    introspection_endpoint_auth_signing_alg_values_supported: clientJwtAlgs,
    revocation_endpoint_auth_methods_supported: [...confidential, "none"],
    revocation_endpoint_auth_signing_alg_values_supported: clientJwtAlgs,
    authorization_response_iss_parameter_supported: true,
    ...(CLIENT_ID_METADATA_DOCUMENTS && { client_id_metadata_document_supported: true }),
    dpop_signing_alg_values_supported: dpopAlgs,
    request_object_signing_alg_values_supported: clientJwtAlgs,
    require_signed_request_object: false,
    introspection_signing_alg_values_supported: ["RS256", "ES256"],
  }
})

/** OpenID Provider metadata, OpenID Connect Discovery 1.0 section 3. */
export const openIdProviderMetadata = oncePerConfig(() => {
  const { issuer, SIGN_UP } = config()
  return {
    ...authorizationServerMetadata(),
    userinfo_endpoint: `${issuer}/userinfo`,
    end_session_endpoint: `${issuer}/end-session`,
    backchannel_logout_supported: true,
    backchannel_logout_session_supported: true,
    frontchannel_logout_supported: false,
    subject_types_supported: ["public"],
    id_token_signing_alg_values_supported: ["RS256", "ES256"],
    claim_types_supported: ["normal"],
    claims_supported: [
      "sub",
      "iss",
      "aud",
      "exp",
      "iat",
      "auth_time",
      "nonce",
      "at_hash",
      "sid",
      "acr",
      "amr",
      ...standardClaims,
    ],
    acr_values_supported: acrValues,
    ui_locales_supported: locales,
    userinfo_signing_alg_values_supported: ["RS256", "ES256"],
    prompt_values_supported: promptValues.filter((value) => value !== "create" || SIGN_UP),
    claims_parameter_supported: true,
    request_parameter_supported: true,
    request_uri_parameter_supported: false,
    require_request_uri_registration: false,
  }
})
