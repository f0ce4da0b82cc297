import { OAuthError } from "@/lib/protocol/errors"
import { type Endpoint, endpoint, methodNotAllowed } from "./endpoint"
import { errorPage, notFoundPage } from "./error-page"
import type { EndpointRequest, EndpointResponse } from "./exchange"
import { toOAuthError } from "./failures"
import { securityHeaders } from "./responses"

/** `read`, with a failure as a value. */
async function readOrFail(
  read: (request: EndpointRequest) => Asset | null | Promise<Asset | null>,
  request: EndpointRequest,
) {
  try {
    return await read(request)
  } catch (error) {
    return toOAuthError(error)
  }
}

type Asset = { contentType: string; content: string | Buffer }

/**
 * The endpoint of a file that is made while the server runs.
 * @param read returns null when there is no file
 * @param caching by default for an address whose query changes with the content
 */
export function assetEndpoint(
  read: (request: EndpointRequest) => Asset | null | Promise<Asset | null>,
  caching = "public, max-age=31536000, immutable",
): Endpoint {
  return endpoint((method) => async (request): Promise<EndpointResponse> => {
    if (method !== "GET" && method !== "HEAD") return errorPage(request, methodNotAllowed(["GET", "HEAD"]), null)
    const asset = await readOrFail(read, request)
    if (asset instanceof OAuthError) return errorPage(request, asset, null)
    if (!asset) return notFoundPage(request)
    return {
      status: 200,
      headers: {
        ...securityHeaders(),
        "Content-Type": asset.contentType,
        "Cache-Control": caching,
        // An SVG that is opened by itself must not run scripts.
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
      },
      body: asset.content,
    }
  })
}
