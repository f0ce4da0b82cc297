import { findSignUpLink } from "@/lib/accounts/sign-up-link"
import { config } from "@/lib/config"
import { findFormResult } from "@/lib/http/form-result"
import { type PageHandler, readPageQuery } from "@/lib/http/page"
import { readTexts } from "@/lib/http/texts"
import { AccountEmail } from "../../_components/account-email"
import { unusableLinkPage } from "../../_components/email-link-page"
import { Field } from "../../_components/field"
import { NarrowPage } from "../../_components/narrow-page"
import { NewPasswordForm } from "../../_components/new-password-form"

/** Where the link of the sign-up e-mail leads: asks for a name and a password. */
export const finishSignUpPage: PageHandler = async (request) => {
  if (!config().SIGN_UP) return null
  const texts = readTexts(request)
  const { t } = texts
  const token = readPageQuery(request, "token") ?? ""
  const link = await findSignUpLink(token)
  if (!link) return unusableLinkPage(texts, "/sign-up")
  const { values = {}, errors = {} } = (await findFormResult(request, "/sign-up/finish", null)) ?? {}
  const lead = <p>{t.rich("finishSignUp.lead", { email: () => <AccountEmail email={link.email} /> })}</p>
  const content = (
    <NarrowPage texts={texts} title={t("finishSignUp.title")} lead={lead}>
      <NewPasswordForm
        texts={texts}
        action="/sign-up/finish/submit"
        token={token}
        email={link.email}
        errors={errors}
        submit={t("finishSignUp.submit")}
      >
        <Field
          label={t("fields.name")}
          name="name"
          hint={t("fields.optional")}
          autoComplete="name"
          defaultValue={values.name}
          error={errors.name && t(errors.name)}
          autoFocus={errors.name !== undefined}
        />
      </NewPasswordForm>
    </NarrowPage>
  )
  return { texts, title: t("finishSignUp.title"), content }
}
