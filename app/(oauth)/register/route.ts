import {
  deleteRegistration,
  readRegistration,
  registerItself,
  replaceRegistration,
} from "@/lib/clients/self-registration"
import { readAccessToken } from "@/lib/http/bearer"
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
    GET: async (request) => json(await readRegistration(...readCredentials(request))),
    PUT: async (request, flow) => {
      return json(await replaceRegistration(...readCredentials(request), await readJson(request), flow))
    },
    DELETE: async (request, flow) => {
      await deleteRegistration(...readCredentials(request), flow)
      return noContent()
    },
  },
  { cors: "public" },
)

function readCredentials(request: EndpointRequest): [clientId: string | null, token: string] {
  return [readQuery(request).get("client_id") ?? null, readAccessToken(request).accessToken]
}
