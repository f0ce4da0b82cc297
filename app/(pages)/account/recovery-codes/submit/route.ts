import { renewRecoveryCodes } from "@/lib/accounts/second-factor"
import { accountForm } from "@/lib/http/account"
import { readSource } from "@/lib/http/device"
import { showRecoveryCodes } from "@/lib/http/recovery-codes"
import { redirect } from "@/lib/http/responses"

/** Makes new recovery codes. The earlier ones no longer work. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = accountForm(
  "/account/totp",
  async ({ request }, { user }, texts) => {
    const codes = await renewRecoveryCodes(user, { source: readSource(request), locale: texts.locale })
    return codes ? showRecoveryCodes(codes, user.id, null) : redirect("/account/totp")
  },
  { recent: true },
)
