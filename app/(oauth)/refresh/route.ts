import { authenticateClient } from "@/lib/clients/authentication"
import { describeParameters } from "@/lib/flows/facts"
import { readDpopProof } from "@/lib/http/dpop"
import { oauthEndpoint } from "@/lib/http/endpoint"
import { readForm } from "@/lib/http/form"
import { json } from "@/lib/http/responses"
import { refuseAuthorizationDetails } from "@/lib/protocol/authorization-details"
import { parseRefreshRequest, refreshTokens } from "@/lib/refresh/refresh"

/** The refresh endpoint of the Refresh diagram: what POST /token does for grant_type=refresh_token, RFC 6749 section 6. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = oauthEndpoint(
  {
    POST: async (request, flow) => {
      const form = await readForm(request)
      flow.step("refresh.provides_refresh_token", () => describeParameters(form.entries()))
      const client = await authenticateClient(request.header("authorization"), form, request.clientAddress)
      refuseAuthorizationDetails(form)
      const proof = await readDpopProof("POST", request, flow)
      return json(await refreshTokens(client, parseRefreshRequest(form), flow, proof))
    },
  },
  { cors: "clients" },
)
