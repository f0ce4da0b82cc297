import { disconnect } from "@/lib/accounts/connected-apps"
import { notifyClients } from "@/lib/authentication/logout-notifications"
import { accountForm } from "@/lib/http/account"
import { readSource } from "@/lib/http/device"
import { showNotice } from "@/lib/http/form-result"

/** Ends the access of an app. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = accountForm(
  "/account",
  async ({ field, request }, { user }) => {
    await disconnect(user.id, field("client_id"), readSource(request))
    notifyClients()
    return showNotice("/account", "appDisconnected")
  },
)
