import { authenticateClient } from "@/lib/clients/authentication"
import { describeParameters } from "@/lib/flows/facts"
import { describeSentToken, readAccessToken, verifyProof } from "@/lib/http/bearer"
import { oauthEndpoint } from "@/lib/http/endpoint"
import { readForm } from "@/lib/http/form"
import { json, jwt } from "@/lib/http/responses"
import { introspectOwnToken, introspectToken, signIntrospection } from "@/lib/introspection/introspect"

/** The introspection endpoint: GET as the Introspection diagram has it, POST by RFC 7662 section 2. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = oauthEndpoint(
  {
    GET: async (request, flow) => {
      const token = readAccessToken(request)
      flow.step("introspection.provides_token", () => describeSentToken("token", token))
      return json(await introspectOwnToken(await verifyProof("GET", request, token, flow), flow))
    },
    POST: async (request, flow) => {
      const form = await readForm(request)
      flow.step("introspection.provides_token", () => describeParameters(form.entries()))
      const client = await authenticateClient(request.header("authorization"), form, request.clientAddress)
      const response = await introspectToken(client, form.require("token"), flow)
      // RFC 9701 section 4.
      const isJwtWanted = request.header("accept")?.includes("application/token-introspection+jwt")
      return isJwtWanted
        ? jwt(await signIntrospection(client, response), "application/token-introspection+jwt")
        : json(response)
    },
  },
  { cors: "clients" },
)
