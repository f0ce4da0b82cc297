import { authorize } from "@/lib/authorization/authorize"
import { authorizationResponse, browserEndpoint } from "@/lib/http/browser-endpoint"
import { findAuthorizationPath, isFromAnotherSite, readBrowserForm, readQuery } from "@/lib/http/form"
import { redirect } from "@/lib/http/responses"

/** The authorization endpoint, OAuth 2.1 section 3.1. POST is asked for by OpenID Connect Core 1.0 section 3.1.2.1. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = browserEndpoint({
  GET: async (request, browser, flow) =>
    authorizationResponse(request, await authorize(readQuery(request), browser, flow)),
  POST: async (request, browser, flow) => {
    const form = await readBrowserForm(request)
    const path = isFromAnotherSite(request) ? findAuthorizationPath(form) : null
    return path === null ? authorizationResponse(request, await authorize(form, browser, flow)) : redirect(path)
  },
})
