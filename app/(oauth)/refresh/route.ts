import { authenticateClient } from "@/lib/clients/authentication"
import { oauthEndpoint } from "@/lib/http/endpoint"
import { readForm } from "@/lib/http/form"
import { json } from "@/lib/http/responses"
import { parseRefreshRequest, refreshTokens } from "@/lib/refresh/refresh"

/** The refresh endpoint of the Refresh diagram: what POST /token does for grant_type=refresh_token, RFC 6749 section 6. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = oauthEndpoint(
  {
    POST: async (request) => {
      const form = await readForm(request)
      const client = await authenticateClient(request.header("authorization"), form)
      return json(await refreshTokens(client, parseRefreshRequest(form)))
    },
  },
  { cors: "clients" },
)
