import { parseSignOutRequest, signOutBrowser } from "@/lib/authentication/sign-out"
import { formatDeletedCookie } from "@/lib/http/cookies"
import { readSource } from "@/lib/http/device"
import { formEndpoint } from "@/lib/http/form-endpoint"
import { redirect } from "@/lib/http/responses"

/** Ends the BrowserSessions of this browser, and returns to the client that asked for it. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = formEndpoint(
  "/",
  async ({ form, browser, request }) => {
    const { client, returnUri } = await parseSignOutRequest(form)
    for (const token of [browser.browserSessionToken, ...(browser.otherSessionTokens ?? [])]) {
      await signOutBrowser(token, readSource(request))
    }
    return redirect(returnUri ?? (client ? "/sign-out" : "/"), [
      formatDeletedCookie("session"),
      formatDeletedCookie("accounts"),
    ])
  },
)
