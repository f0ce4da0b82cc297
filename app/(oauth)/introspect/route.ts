import { authenticateClient } from "@/lib/clients/authentication"
import { readBearerToken } from "@/lib/http/bearer"
import { oauthEndpoint } from "@/lib/http/endpoint"
import { readForm } from "@/lib/http/form"
import { json } from "@/lib/http/responses"
import { introspectOwnToken, introspectToken } from "@/lib/introspection/introspect"

/** The introspection endpoint: GET as the Introspection diagram has it, POST by RFC 7662 section 2. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = oauthEndpoint(
  {
    GET: async (request) => json(await introspectOwnToken(readBearerToken(request))),
    POST: async (request) => {
      const form = await readForm(request)
      const client = await authenticateClient(request.header("authorization"), form)
      return json(await introspectToken(client, form.require("token")))
    },
  },
  { cors: "clients" },
)
