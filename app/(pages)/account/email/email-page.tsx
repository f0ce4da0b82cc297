import { toReadableEmail } from "@/lib/accounts/email-address"
import { config } from "@/lib/config"
import { accountPage } from "@/lib/http/account"
import { isMailOn } from "@/lib/mail/outbox"
import { EmailField } from "../../_components/email-field"
import { SignedInAs } from "../../_components/signed-in-as"
import { SubmitButton } from "../../_components/submit-button"
import { textLink } from "../../_components/text-link"
import { SettingPage } from "../_parts/setting-page"

/** Changes the email address, after a link in an e-mail to the new one was opened. */
export const emailPage = accountPage(
  "/account/email",
  async ({ signedIn: { user }, texts, form: { values, errors } }) => {
    const { t } = texts
    const title = t("account.emailTitle")
    const lead = <SignedInAs email={toReadableEmail(user.email)} texts={texts} />
    if (!isMailOn()) {
      const { SUPPORT_URL } = config()
      const content = (
        <SettingPage texts={texts} title={title} lead={lead}>
          <p>{t("account.emailOff")}</p>
          {SUPPORT_URL && <p className="mt-3">{textLink(SUPPORT_URL)(t("common.support"))}</p>}
        </SettingPage>
      )
      return { texts, title, content }
    }
    const content = (
      <SettingPage texts={texts} title={title} lead={lead}>
        <form action="/account/email/submit" method="post" noValidate className="grid gap-5">
          <p>{t("account.emailLead")}</p>
          <EmailField
            texts={texts}
            label={t("account.newEmail")}
            autoComplete="email"
            defaultValue={values.email}
            error={errors.email && t(errors.email)}
            autoFocus
          />
          <SubmitButton>{t("account.emailSubmit")}</SubmitButton>
        </form>
        {!user.emailVerifiedAt && (
          <form action="/account/email/submit" method="post" className="mt-3">
            <input type="hidden" name="verify" value="current" />
            <SubmitButton look="plain">{t("account.verify")}</SubmitButton>
          </form>
        )}
      </SettingPage>
    )
    return { texts, title, content }
  },
  { recent: true },
)
