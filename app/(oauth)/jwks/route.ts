import { oauthEndpoint } from "@/lib/http/endpoint"
import { publicDocument } from "@/lib/http/responses"
import { jwksMaxAgeSeconds, publicKeySet } from "@/lib/keys/signing-keys"

/** The JWK Set, RFC 7517 section 5. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = oauthEndpoint(
  { GET: async () => publicDocument(await publicKeySet(), jwksMaxAgeSeconds) },
  { cors: "public" },
)
