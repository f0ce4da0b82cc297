import { authenticateClient } from "@/lib/clients/authentication"
import { describeParameters } from "@/lib/flows/facts"
import { oauthEndpoint } from "@/lib/http/endpoint"
import { readForm } from "@/lib/http/form"
import { json } from "@/lib/http/responses"
import { revokeToken } from "@/lib/revocation/revoke"

/** The revocation endpoint, RFC 7009 section 2. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = oauthEndpoint(
  {
    POST: async (request, flow) => {
      const form = await readForm(request)
      flow.step("revocation.provides_token", () => describeParameters(form.entries()))
      const client = await authenticateClient(request.header("authorization"), form, request.clientAddress)
      await revokeToken(client, form.require("token"), flow)
      flow.step("revocation.returns_success")
      // RFC 7009 section 2.2 leaves the body open. Some clients parse every response as JSON.
      return json({})
    },
  },
  { cors: "clients" },
)
