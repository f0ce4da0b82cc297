import { oauthEndpoint } from "@/lib/http/endpoint"
import { waitPage } from "@/lib/http/error-page"

/** Where a sign-in goes that has to wait: a server action cannot answer with a status and a Retry-After of its own. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = oauthEndpoint({
  GET: async (request) => waitPage(request),
})
