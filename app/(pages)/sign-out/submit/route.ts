import { parseSignOutRequest, signOutBrowser } from "@/lib/authentication/sign-out"
import { formatDeletedCookie } from "@/lib/http/cookies"
import { readSource } from "@/lib/http/device"
import { formEndpoint } from "@/lib/http/form-endpoint"
import { redirect } from "@/lib/http/responses"

/** Ends the BrowserSessions of this browser, and returns to the client that asked for it. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = formEndpoint(
  "/",
  async ({ form, browser, request, flow }) => {
    const { client, returnUri } = await parseSignOutRequest(form)
    // Without a client it is not the rest of a client's request.
    const clientFlow = client ? flow : undefined
    clientFlow?.concerns({ clientId: client?.clientId })
    clientFlow?.step("signOut.ends_browser_session")
    const tokens = [browser.browserSessionToken, ...(browser.otherSessionTokens ?? [])]
    await signOutBrowser(tokens, readSource(request, clientFlow), clientFlow)
    clientFlow?.step("signOut.returns_to_client")
    return redirect(returnUri ?? (client ? "/sign-out" : "/"), [
      formatDeletedCookie("session"),
      formatDeletedCookie("accounts"),
    ])
  },
)
