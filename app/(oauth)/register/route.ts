import {
  deleteRegistration,
  readRegistration,
  registerItself,
  replaceRegistration,
} from "@/lib/clients/self-registration"
import { readAccessToken } from "@/lib/http/bearer"
import { oauthEndpoint } from "@/lib/http/endpoint"
import { readJson } from "@/lib/http/json-body"
import { readCredentials } from "@/lib/http/registration-credentials"
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
