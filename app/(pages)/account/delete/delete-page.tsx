import { toReadableEmail } from "@/lib/accounts/email-address"
import { accountPage, isByPasskey } from "@/lib/http/account"
import { PasswordField } from "../../_components/password-field"
import { SignedInAs } from "../../_components/signed-in-as"
import { SubmitButton } from "../../_components/submit-button"
import { SettingPage } from "../_parts/setting-page"

/** Deletes the account, after the password was entered. */
export const deletePage = accountPage(
  "/account/delete",
  async ({ signedIn: { user, amr }, texts, form: { errors } }) => {
    const { t } = texts
    const title = t("account.deleteTitle")
    const lead = <SignedInAs email={toReadableEmail(user.email)} texts={texts} />
    const content = (
      <SettingPage texts={texts} title={title} lead={lead}>
        <form action="/account/delete/submit" method="post" noValidate className="grid gap-5">
          <p>{t("account.deleteLead")}</p>
          {!isByPasskey(amr) && (
            <PasswordField
              texts={texts}
              label={t("account.deletePassword")}
              name="password"
              autoComplete="current-password"
              required
              error={errors.password && t(errors.password)}
              autoFocus
            />
          )}
          <SubmitButton>{t("account.deleteSubmit")}</SubmitButton>
        </form>
      </SettingPage>
    )
    return { texts, title, content }
  },
  { recent: true },
)
