import { endSession, findUnauthenticatedPath } from "@/lib/authentication/sign-out"
import { browserEndpoint } from "@/lib/http/browser-endpoint"
import { formatDeletedCookie } from "@/lib/http/cookies"
import { isFromAnotherSite, readBrowserForm, readQuery } from "@/lib/http/form"
import { redirect } from "@/lib/http/responses"

/** The logout endpoint, OpenID Connect RP-Initiated Logout 1.0 section 2. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = browserEndpoint({
  GET: async (request, browser, flow) => respond(await endSession(readQuery(request), browser, flow)),
  POST: async (request, browser, flow) => {
    const form = await readBrowserForm(request)
    return isFromAnotherSite(request)
      ? redirect(await findUnauthenticatedPath(form))
      : respond(await endSession(form, browser, flow))
  },
})

const respond = ({ location, signedOut }: Awaited<ReturnType<typeof endSession>>) =>
  redirect(location, signedOut ? [formatDeletedCookie("session")] : [])
