import { authorizeDevice } from "@/lib/authorization/device-authorization"
import { authenticateClient } from "@/lib/clients/authentication"
import { describeParameters } from "@/lib/flows/facts"
import { oauthEndpoint } from "@/lib/http/endpoint"
import { readForm } from "@/lib/http/form"
import { json } from "@/lib/http/responses"
import { refuseAuthorizationDetails } from "@/lib/protocol/authorization-details"

/** The device authorization endpoint, RFC 8628 section 3.1. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = oauthEndpoint(
  {
    POST: async (request, flow) => {
      const form = await readForm(request)
      flow.step("device.requests_device_code", () => describeParameters(form.entries()))
      const client = await authenticateClient(request.header("authorization"), form, request.clientAddress)
      refuseAuthorizationDetails(form)
      return json(await authorizeDevice(client, form, request.clientAddress(), flow))
    },
  },
  { cors: "clients" },
)
