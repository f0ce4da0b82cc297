import { toReadableEmail } from "@/lib/accounts/email-address"
import { findPendingLink } from "@/lib/authentication/sign-in-with-provider"
import { findInteraction } from "@/lib/authorization/interaction"
import { readBrowser } from "@/lib/http/browser-endpoint"
import { readCookie } from "@/lib/http/cookies"
import { pathWithState } from "@/lib/http/form-result"
import { type PageHandler, readPageState } from "@/lib/http/page"
import { redirect } from "@/lib/http/responses"
import { readTexts } from "@/lib/http/texts"
import { AccountEmail } from "../../../_components/account-email"
import { FormScript } from "../../../_components/form-script"
import { NarrowPage } from "../../../_components/narrow-page"
import { SubmitButton } from "../../../_components/submit-button"

/** Asks whether an account elsewhere is linked with the account here that has the same verified address. */
export const confirmLinkPage: PageHandler = async (request) => {
  const state = readPageState(request)
  const pending = await findPendingLink(readCookie(request, "provider") ?? "")
  if (!pending) return redirect(pathWithState("/sign-in", state))
  const interaction = state === null ? null : await findInteraction(state, readBrowser(request).browserTokens)
  const texts = readTexts(request, interaction?.locale)
  const { t } = texts
  const provider = pending.provider.name
  const title = t("providers.confirmTitle", { provider })
  const email = toReadableEmail(pending.user.email)
  const lead = <p>{t.rich("providers.confirmLead", { provider, email: () => <AccountEmail email={email} /> })}</p>
  const content = (
    <NarrowPage texts={texts} title={title} lead={lead}>
      <form action="/sign-in/provider/confirm/submit" method="post" className="grid gap-3">
        {state !== null && <input type="hidden" name="state" value={state} />}
        <SubmitButton>{t("providers.confirm")}</SubmitButton>
        <a className="button button-plain" href={pathWithState("/sign-in", state)}>
          {t("providers.cancel")}
        </a>
      </form>
      <FormScript />
    </NarrowPage>
  )
  return { texts, title, content }
}
