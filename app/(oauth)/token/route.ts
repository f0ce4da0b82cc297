import { authenticateClient } from "@/lib/clients/authentication"
import { describeParameters } from "@/lib/flows/facts"
import { readDpopProof } from "@/lib/http/dpop"
import { oauthEndpoint } from "@/lib/http/endpoint"
import { readForm } from "@/lib/http/form"
import { json } from "@/lib/http/responses"
import { refuseAuthorizationDetails } from "@/lib/protocol/authorization-details"
import { findGrantType, parseGrantType } from "@/lib/token-issue/token-request"
import { grants } from "./grants"

/** The token endpoint, RFC 6749 section 3.2. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = oauthEndpoint(
  {
    POST: async (request, flow) => {
      const form = await readForm(request)
      const { step } = grants[findGrantType(form) ?? "authorization_code"]
      flow.step(step, () => describeParameters(form.entries()))
      const client = await authenticateClient(request.header("authorization"), form, request.clientAddress)
      refuseAuthorizationDetails(form)
      const proof = await readDpopProof("POST", request, flow)
      return json(await grants[parseGrantType(form)].issue(client, form, flow, proof))
    },
  },
  { cors: "clients" },
)
