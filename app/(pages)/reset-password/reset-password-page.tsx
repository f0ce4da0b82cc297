import { findInteraction } from "@/lib/authorization/interaction"
import { config } from "@/lib/config"
import { readBrowser } from "@/lib/http/browser-endpoint"
import { findFormResult, pathWithState } from "@/lib/http/form-result"
import { type PageHandler, readPageState } from "@/lib/http/page"
import { readTexts } from "@/lib/http/texts"
import { isMailOn } from "@/lib/mail/outbox"
import { EmailField } from "../_components/email-field"
import { FormScript } from "../_components/form-script"
import { NarrowPage } from "../_components/narrow-page"
import { SubmitButton } from "../_components/submit-button"
import { textLink } from "../_components/text-link"

/** Asks for the email address that gets a link to reset the password. */
export const resetPasswordPage: PageHandler = async (request) => {
  const state = readPageState(request)
  const interaction = state === null ? null : await findInteraction(state, readBrowser(request).browserTokens)
  const texts = readTexts(request, interaction?.locale)
  const { t } = texts
  const back = (
    <a className="link" href={pathWithState("/sign-in", state)}>
      {t("resetPassword.back")}
    </a>
  )
  const title = t("resetPassword.title")
  if (!isMailOn()) {
    const { SUPPORT_URL } = config()
    const content = (
      <NarrowPage texts={texts} title={title} lead={<p>{t("resetPassword.off")}</p>} below={back}>
        {SUPPORT_URL && <p>{t.rich("resetPassword.offHelp", { link: textLink(SUPPORT_URL) })}</p>}
      </NarrowPage>
    )
    return { texts, title, content }
  }
  const { values = {}, errors = {} } = (await findFormResult(request, "/reset-password", state)) ?? {}
  const content = (
    <NarrowPage texts={texts} title={title} lead={<p>{t("resetPassword.lead")}</p>} below={back}>
      <form action="/reset-password/submit" method="post" noValidate className="grid gap-5">
        {state !== null && <input type="hidden" name="state" value={state} />}
        <EmailField
          texts={texts}
          defaultValue={values.email ?? interaction?.loginHint ?? ""}
          error={errors.email && t(errors.email)}
          autoFocus
        />
        <SubmitButton>{t("resetPassword.submit")}</SubmitButton>
      </form>
      <FormScript />
    </NarrowPage>
  )
  return { texts, title, content }
}
