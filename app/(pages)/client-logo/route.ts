import { findClientLogo } from "@/lib/clients/client-logo"
import { assetEndpoint } from "@/lib/http/asset"
import { readPageQuery } from "@/lib/http/page"

/** Seconds. */
const maxAge = 600

/** The logo of a client, which this server has fetched. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = assetEndpoint(
  (request) => findClientLogo(readPageQuery(request, "client_id") ?? ""),
  `private, max-age=${maxAge}`,
)
