import { resumeAuthorization } from "@/lib/authorization/authorize"
import { authorizationEndpoint } from "@/lib/http/authorization-endpoint"
import { readQuery } from "@/lib/http/form"

/** Where sign-in and consent return to with the state token, and where the client gets its auth code. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = authorizationEndpoint({
  GET: (request, browser, flow) => resumeAuthorization(readQuery(request).get("state") ?? "", browser, flow),
})
