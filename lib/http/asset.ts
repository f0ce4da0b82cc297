import { type Endpoint, endpoint, methodNotAllowed } from "./endpoint"
import { errorPage, notFoundPage } from "./error-page"
import type { EndpointResponse } from "./exchange"
import { securityHeaders } from "./responses"

/**
 * The endpoint of a file that a setting makes. Its address has a query that changes with the content, so browsers keep it.
 * @param read returns null when the setting is off
 */
export function assetEndpoint(read: () => { contentType: string; content: string | Buffer } | null): Endpoint {
  return endpoint((method) => async (request): Promise<EndpointResponse> => {
    if (method !== "GET" && method !== "HEAD") return errorPage(request, methodNotAllowed(["GET", "HEAD"]), null)
    const asset = read()
    if (!asset) return notFoundPage(request)
    return {
      status: 200,
      headers: {
        ...securityHeaders(),
        "Content-Type": asset.contentType,
        "Cache-Control": "public, max-age=31536000, immutable",
        // An SVG that is opened by itself must not run scripts.
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
      },
      body: asset.content,
    }
  })
}
