import { addPasskey, removePasskey } from "@/lib/accounts/passkeys"
import { continuePath } from "@/lib/authorization/interaction"
import { accountForm, parseNext } from "@/lib/http/account"
import { formatCookie } from "@/lib/http/cookies"
import { readSource } from "@/lib/http/device"
import { showFormAgain, showNotice } from "@/lib/http/form-result"
import { redirect } from "@/lib/http/responses"

const page = "/account/passkeys"

/** Seconds until the offer is made again in this browser. */
const skipSeconds = 90 * 24 * 3600

/** Adds a passkey, removes one, or skips the offer of one. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = accountForm(
  page,
  async ({ field, state, browser, request }, { user, tokenHash, amr }, texts) => {
    const by = { source: readSource(request), locale: texts.locale }
    const decision = field("decision")
    // Where the sign-in continues that the offer interrupted.
    const goOn = async () => (state ? continuePath(state, browser.browserTokens) : (parseNext(field("offer")) ?? "/"))
    if (decision === "skip") {
      return redirect(await goOn(), [formatCookie("no-passkey-offer", "skipped", { maxAge: skipSeconds })])
    }
    if (decision === "remove") {
      await removePasskey(user, field("passkey"), by)
      return showNotice(page, "passkeyRemoved")
    }
    const name = field("name").trim() || "Passkey"
    const sent = { sealed: field("challenge"), response: field("response"), name }
    if (!(await addPasskey(user, sent, { ...by, tokenHash, amr }))) {
      const offer = field("offer") ? `?${new URLSearchParams({ offer: "", next: field("offer") })}` : ""
      return showFormAgain(`${page}${offer}`, state, { values: {}, errors: { name: "problems.passkeyNotAdded" } })
    }
    return field("offer") ? redirect(await goOn()) : showNotice(page, "passkeyAdded")
  },
  { recent: true },
)
