import { resumeAuthorization } from "@/lib/authorization/authorize"
import { authorizationResponse, browserEndpoint } from "@/lib/http/browser-endpoint"
import { readQuery } from "@/lib/http/form"

/** Where sign-in and consent return to with the state token, and where the client gets its auth code. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = browserEndpoint({
  GET: async (request, browser, flow) =>
    authorizationResponse(request, await resumeAuthorization(readQuery(request).get("state") ?? "", browser, flow)),
})
