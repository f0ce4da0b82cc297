import { pathWithState } from "@/lib/http/form-result"
import type { FormProps } from "../_components/credentials-page"
import { EmailField } from "../_components/email-field"
import { FormAlert } from "../_components/form-alert"
import { PasswordField } from "../_components/password-field"
import { SubmitButton } from "../_components/submit-button"

/** Focus starts at the password when the e-mail address is known: from a login_hint, or from the last attempt. */
export function SignInForm({ texts, state, values: { email }, errors }: FormProps) {
  const { t } = texts
  const isEmailKnown = Boolean(email) && errors.email === undefined
  const alert = errors.form && "sign-in-problem"
  return (
    <form action="/sign-in/submit" method="post" noValidate>
      <FormAlert id="sign-in-problem" message={errors.form && t(errors.form)} />
      {state !== null && <input type="hidden" name="state" value={state} />}
      <div className="grid gap-5">
        <EmailField
          texts={texts}
          defaultValue={email}
          error={errors.email && t(errors.email)}
          describedBy={alert}
          autoFocus={!isEmailKnown}
        />
        <PasswordField
          texts={texts}
          label={t("fields.password")}
          name="password"
          autoComplete="current-password"
          required
          error={errors.password && t(errors.password)}
          describedBy={alert}
          aria-invalid={errors.form !== undefined}
          autoFocus={isEmailKnown}
        />
        <p className="-mt-2 text-sm">
          <a className="link" href={pathWithState("/reset-password", state)}>
            {t("resetPassword.forgot")}
          </a>
        </p>
        <SubmitButton>{t("common.signIn")}</SubmitButton>
      </div>
    </form>
  )
}
