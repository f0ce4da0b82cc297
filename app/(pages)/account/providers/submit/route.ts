import { unlink } from "@/lib/authentication/sign-in-with-provider"
import { accountForm } from "@/lib/http/account"
import { readSource } from "@/lib/http/device"
import { showFormAgain, showNotice } from "@/lib/http/form-result"
import { sendToProvider } from "@/lib/http/provider-visit"

const page = "/account/providers"

/** Sends the browser to a provider to link an account there, or unlinks one. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = accountForm(
  page,
  async ({ field, request }, { user }, texts) => {
    if (field("unlink")) {
      await unlink(user, field("unlink"), { source: readSource(request), locale: texts.locale })
      return showNotice(page, "providerUnlinked")
    }
    const sent = await sendToProvider(field("link"), { linkFor: user.id, next: null, state: null, fresh: false }, null)
    return sent ?? showFormAgain(page, null, { values: {}, errors: { form: "problems.providerFailed" } })
  },
  { recent: true },
)
