import { endBrowsers } from "@/lib/accounts/browsers"
import { notifyClients } from "@/lib/authentication/logout-notifications"
import { accountForm } from "@/lib/http/account"
import { readSource } from "@/lib/http/device"
import { showNotice } from "@/lib/http/form-result"

/** Signs the User out in one other browser, or in all others. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = accountForm(
  "/account",
  async ({ field, request }, { user, tokenHash }) => {
    const which = field("browser")
    await endBrowsers(user.id, which, { current: tokenHash, source: readSource(request) })
    notifyClients()
    return showNotice("/account", which === "others" ? "othersEnded" : "browserEnded")
  },
)
