import { findResetLink } from "@/lib/accounts/reset-password"
import { findFormResult } from "@/lib/http/form-result"
import { type PageHandler, readPageQuery } from "@/lib/http/page"
import { readTexts } from "@/lib/http/texts"
import { AccountEmail } from "../../_components/account-email"
import { unusableLinkPage } from "../../_components/email-link-page"
import { NarrowPage } from "../../_components/narrow-page"
import { NewPasswordForm } from "../../_components/new-password-form"

/** Where the link of the e-mail leads: asks for the new password. Nothing is consumed until the form is sent. */
export const choosePasswordPage: PageHandler = async (request) => {
  const texts = readTexts(request)
  const { t } = texts
  const token = readPageQuery(request, "token") ?? ""
  const link = await findResetLink(token)
  if (!link) return unusableLinkPage(texts, "/reset-password")
  const { errors = {} } = (await findFormResult(request, "/reset-password/choose", null)) ?? {}
  const lead = <p>{t.rich("resetPassword.chooseLead", { email: () => <AccountEmail email={link.email} /> })}</p>
  const content = (
    <NarrowPage texts={texts} title={t("resetPassword.chooseTitle")} lead={lead}>
      <NewPasswordForm
        texts={texts}
        action="/reset-password/choose/submit"
        token={token}
        email={link.email}
        errors={errors}
        submit={t("resetPassword.chooseSubmit")}
      />
    </NarrowPage>
  )
  return { texts, title: t("resetPassword.chooseTitle"), content }
}
