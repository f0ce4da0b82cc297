import { formatDeletedCookie } from "@/lib/http/cookies"
import { formEndpoint } from "@/lib/http/form-endpoint"
import { redirect } from "@/lib/http/responses"
import { endBrowserSession } from "@/lib/sessions/browser-sessions"

/** Ends the BrowserSession of this browser. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = formEndpoint("/", async ({ browser }) => {
  if (browser.browserSessionToken !== null) await endBrowserSession(browser.browserSessionToken)
  return redirect("/", [formatDeletedCookie("session")])
})
