import { parseSignOutRequest, signOutBrowser } from "@/lib/authentication/sign-out"
import { formatDeletedCookie } from "@/lib/http/cookies"
import { formEndpoint } from "@/lib/http/form-endpoint"
import { redirect } from "@/lib/http/responses"

/** Ends the BrowserSession of this browser, and returns to the client that asked for it. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = formEndpoint("/", async ({ form, browser }) => {
  const { client, returnUri } = await parseSignOutRequest(form)
  await signOutBrowser(browser.browserSessionToken)
  return redirect(returnUri ?? (client ? "/sign-out" : "/"), [formatDeletedCookie("session")])
})
