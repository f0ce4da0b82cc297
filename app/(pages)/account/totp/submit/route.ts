import { confirmTotpSetup, removeTotp } from "@/lib/accounts/second-factor"
import { accountForm } from "@/lib/http/account"
import { readSource } from "@/lib/http/device"
import { showFormAgain, showNotice } from "@/lib/http/form-result"
import { showRecoveryCodes } from "@/lib/http/recovery-codes"

const page = "/account/totp"

/** Turns the authenticator app on, when its code is right, or off. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = accountForm(
  page,
  async ({ field, state, request }, { user, tokenHash, amr }, texts) => {
    const by = { source: readSource(request), locale: texts.locale }
    if (field("decision") === "remove") {
      await removeTotp(user, by)
      return showNotice("/account", "totpRemoved")
    }
    const setup = field("setup")
    const code = field("code").replaceAll(/\s/g, "")
    const codes = await confirmTotpSetup(user, setup, code, { ...by, tokenHash, amr })
    if (codes) return showRecoveryCodes(codes, user.id, state)
    const problem = code ? "problems.codeWrong" : "problems.codeMissing"
    return showFormAgain(page, state, { values: { setup }, errors: { code: problem } })
  },
  { recent: true },
)
