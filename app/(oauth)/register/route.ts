import {
  deleteRegistration,
  readRegistration,
  registerItself,
  replaceRegistration,
} from "@/lib/clients/self-registration"
import { describeParameters } from "@/lib/flows/facts"
import type { Flow } from "@/lib/flows/flow"
import { describeSentToken, readAccessToken } from "@/lib/http/bearer"
import { oauthEndpoint } from "@/lib/http/endpoint"
import type { EndpointRequest } from "@/lib/http/exchange"
import { readQuery } from "@/lib/http/form"
import { readJson } from "@/lib/http/json-body"
import { json, noContent } from "@/lib/http/responses"

/** The client registration endpoint, RFC 7591 section 3, and with a client_id the configuration endpoint, RFC 7592. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = oauthEndpoint(
  {
    POST: async (request, flow) => {
      flow.step("registration.sends_metadata")
      const presented = request.header("authorization") === null ? null : readAccessToken(request).accessToken
      const client = await registerItself(await readJson(request), presented, request.clientAddress(), flow)
      return { ...json(client), status: 201 }
    },
    GET: async (request, flow) => json(await readRegistration(...readCredentials(request, flow), flow)),
    PUT: async (request, flow) => {
      return json(await replaceRegistration(...readCredentials(request, flow), await readJson(request), flow))
    },
    DELETE: async (request, flow) => {
      await deleteRegistration(...readCredentials(request, flow), flow)
      return noContent()
    },
  },
  { cors: "public", namesFlow: true },
)

function readCredentials(request: EndpointRequest, flow: Flow): [clientId: string | null, token: string] {
  flow.step("clientConfiguration.provides_token")
  const query = readQuery(request)
  const token = readAccessToken(request)
  flow.note(() => ({
    ...describeParameters(query.entries()),
    ...describeSentToken("registration_access_token", token),
  }))
  return [query.get("client_id") ?? null, token.accessToken]
}
