import { pushRequest } from "@/lib/authorization/pushed-request"
import { authenticateClient } from "@/lib/clients/authentication"
import { describeParameters } from "@/lib/flows/facts"
import { readDpopProof } from "@/lib/http/dpop"
import { oauthEndpoint } from "@/lib/http/endpoint"
import { readForm } from "@/lib/http/form"
import { json } from "@/lib/http/responses"

/** The pushed authorization request endpoint, RFC 9126 section 2. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = oauthEndpoint(
  {
    POST: async (request, flow) => {
      const form = await readForm(request)
      flow.step("authorization.pushes_request", () => describeParameters(form.entries()))
      const client = await authenticateClient(request.header("authorization"), form, request.clientAddress, flow)
      const proof = await readDpopProof("POST", request, flow)
      return { ...json(await pushRequest(client, form, flow, proof)), status: 201 }
    },
  },
  { cors: "clients" },
)
