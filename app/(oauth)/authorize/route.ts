import { authorize } from "@/lib/authorization/authorize"
import { authorizationEndpoint } from "@/lib/http/authorization-endpoint"
import { findAuthorizationPath, isFromAnotherSite, readAuthorizationForm, readQuery } from "@/lib/http/form"

/** The authorization endpoint, OAuth 2.1 section 3.1. POST is asked for by OpenID Connect Core 1.0 section 3.1.2.1. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = authorizationEndpoint({
  GET: (request, browser, flow) => authorize(readQuery(request), browser, flow),
  POST: async (request, browser, flow) => {
    const form = await readAuthorizationForm(request)
    const path = isFromAnotherSite(request) ? findAuthorizationPath(form) : null
    return path === null ? authorize(form, browser, flow) : { location: path }
  },
})
