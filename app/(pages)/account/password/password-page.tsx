import { accountPage } from "@/lib/http/account"
import { PasswordField } from "../../_components/password-field"
import { SubmitButton } from "../../_components/submit-button"
import { SettingPage } from "../_parts/setting-page"

/** Changes the password. Also where password managers lead: /.well-known/change-password. */
export const passwordPage = accountPage("/account/password", async ({ signedIn, texts, form: { errors } }) => {
  const { t } = texts
  const title = t("account.passwordTitle")
  const content = (
    <SettingPage texts={texts} title={title} lead={<p>{t("account.passwordLead")}</p>}>
      <form action="/account/password/submit" method="post" noValidate className="grid gap-5">
        <input type="text" name="username" autoComplete="username" value={signedIn.user.email} readOnly hidden />
        <PasswordField
          texts={texts}
          label={t("account.currentPassword")}
          name="current_password"
          autoComplete="current-password"
          required
          error={errors.current_password && t(errors.current_password)}
          autoFocus={errors.password === undefined}
        />
        <PasswordField
          texts={texts}
          label={t("resetPassword.newPassword")}
          name="password"
          hint={t("fields.newPasswordHint")}
          autoComplete="new-password"
          required
          error={errors.password && t(errors.password)}
          autoFocus={errors.password !== undefined}
        />
        <SubmitButton>{t("account.passwordSubmit")}</SubmitButton>
      </form>
    </SettingPage>
  )
  return { texts, title, content }
})
