import { findConfirmationLink } from "@/lib/accounts/verify-email"
import { type PageHandler, readPageQuery } from "@/lib/http/page"
import { readTexts } from "@/lib/http/texts"
import { AccountEmail } from "../_components/account-email"
import { unusableLinkPage } from "../_components/email-link-page"
import { FormScript } from "../_components/form-script"
import { NarrowPage } from "../_components/narrow-page"
import { SubmitButton } from "../_components/submit-button"

/** Where the link of the e-mail leads: a button confirms the address, because mail scanners follow links. */
export const confirmEmailPage: PageHandler = async (request) => {
  const texts = readTexts(request)
  const { t } = texts
  if (readPageQuery(request, "result") === "done") {
    const content = (
      <NarrowPage texts={texts} title={t("confirmEmail.doneTitle")} lead={<p>{t("confirmEmail.done")}</p>}>
        <a className="button button-primary w-full" href="/">
          {t("common.continue")}
        </a>
      </NarrowPage>
    )
    return { texts, title: t("confirmEmail.doneTitle"), content }
  }
  const token = readPageQuery(request, "token") ?? ""
  const link = await findConfirmationLink(token)
  if (!link) return unusableLinkPage(texts, "/sign-in")
  const lead = <p>{t.rich("confirmEmail.lead", { email: () => <AccountEmail email={link.email} /> })}</p>
  const content = (
    <NarrowPage texts={texts} title={t("confirmEmail.title")} lead={lead}>
      <form action="/confirm-email/submit" method="post">
        <input type="hidden" name="token" value={token} />
        <SubmitButton>{t("confirmEmail.submit")}</SubmitButton>
      </form>
      <FormScript />
    </NarrowPage>
  )
  return { texts, title: t("confirmEmail.title"), content }
}
