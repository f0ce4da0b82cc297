import { authenticateClient } from "@/lib/clients/authentication"
import { oauthEndpoint } from "@/lib/http/endpoint"
import { readForm } from "@/lib/http/form"
import { done } from "@/lib/http/responses"
import { revokeToken } from "@/lib/revocation/revoke"

/** The revocation endpoint, RFC 7009 section 2. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = oauthEndpoint(
  {
    POST: async (request) => {
      const form = await readForm(request)
      const client = await authenticateClient(request.header("authorization"), form)
      await revokeToken(client, form.require("token"))
      return done()
    },
  },
  { cors: "clients" },
)
