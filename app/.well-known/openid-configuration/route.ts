import { oauthEndpoint } from "@/lib/http/endpoint"
import { publicDocument } from "@/lib/http/responses"
import { metadataMaxAgeSeconds, openIdProviderMetadata } from "@/lib/metadata"

/** OpenID Provider metadata, OpenID Connect Discovery 1.0 section 4. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = oauthEndpoint(
  { GET: async () => publicDocument(openIdProviderMetadata(), metadataMaxAgeSeconds) },
  { cors: "public" },
)
