import { parseSignOutRequest } from "@/lib/authentication/sign-out"
import { formatDeletedCookie } from "@/lib/http/cookies"
import { formEndpoint } from "@/lib/http/form-endpoint"
import { redirect } from "@/lib/http/responses"
import { endBrowserSession } from "@/lib/sessions/browser-sessions"

/** Ends the BrowserSession of this browser, and returns to the client that asked for it. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = formEndpoint("/", async ({ form, browser }) => {
  const { returnUri } = await parseSignOutRequest(form)
  if (browser.browserSessionToken !== null) await endBrowserSession(browser.browserSessionToken)
  return redirect(returnUri ?? "/sign-out", [formatDeletedCookie("session")])
})
