import { authenticateClient } from "@/lib/clients/authentication"
import { describeParameters } from "@/lib/flows/facts"
import { oauthEndpoint } from "@/lib/http/endpoint"
import { readForm } from "@/lib/http/form"
import { json } from "@/lib/http/responses"
import { parseRefreshRequest, refreshTokens } from "@/lib/refresh/refresh"
import { issueTokens } from "@/lib/token-issue/issue-tokens"
import { parseGrantType, parseTokenRequest } from "@/lib/token-issue/token-request"

/** The token endpoint, RFC 6749 section 3.2. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = oauthEndpoint(
  {
    POST: async (request, flow) => {
      const form = await readForm(request)
      const refreshes = form.get("grant_type") === "refresh_token"
      const step = refreshes ? "refresh.provides_refresh_token" : "authorization.provides_auth_code"
      flow.step(step, () => describeParameters(form.entries()))
      const client = await authenticateClient(request.header("authorization"), form)
      return parseGrantType(form) === "authorization_code"
        ? json(await issueTokens(client, parseTokenRequest(form), flow))
        : json(await refreshTokens(client, parseRefreshRequest(form), flow))
    },
  },
  { cors: "clients" },
)
