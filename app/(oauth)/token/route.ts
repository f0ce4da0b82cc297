import { authenticateClient } from "@/lib/clients/authentication"
import { oauthEndpoint } from "@/lib/http/endpoint"
import { readForm } from "@/lib/http/form"
import { json } from "@/lib/http/responses"
import { parseRefreshRequest, refreshTokens } from "@/lib/refresh/refresh"
import { issueTokens } from "@/lib/token-issue/issue-tokens"
import { parseGrantType, parseTokenRequest } from "@/lib/token-issue/token-request"

/** The token endpoint, RFC 6749 section 3.2. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = oauthEndpoint(
  {
    POST: async (request) => {
      const form = await readForm(request)
      const client = await authenticateClient(request.header("authorization"), form)
      return parseGrantType(form) === "authorization_code"
        ? json(await issueTokens(client, parseTokenRequest(form)))
        : json(await refreshTokens(client, parseRefreshRequest(form)))
    },
  },
  { cors: "clients" },
)
