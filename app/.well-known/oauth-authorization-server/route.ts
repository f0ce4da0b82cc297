import { oauthEndpoint } from "@/lib/http/endpoint"
import { publicDocument } from "@/lib/http/responses"
import { authorizationServerMetadata, metadataMaxAgeSeconds } from "@/lib/metadata"

/** Authorization server metadata, RFC 8414 section 3. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = oauthEndpoint(
  { GET: async () => publicDocument(authorizationServerMetadata(), metadataMaxAgeSeconds) },
  { cors: "public" },
)
