import { pathWithState } from "@/lib/http/form-result"
import type { FormProps } from "../_components/credentials-page"
import { EmailField } from "../_components/email-field"
import { FormAlert } from "../_components/form-alert"
import { PasswordField } from "../_components/password-field"
import { SubmitButton } from "../_components/submit-button"

/** Focus starts at the password when the e-mail address is known: from a login_hint, or from the last attempt. */
export function SignInForm({ texts, state, next, values: { email }, errors, children }: FormProps) {
  const { t } = texts
  const isEmailKnown = Boolean(email) && errors.email === undefined
  const alert = errors.form && "sign-in-problem"
  return (
    <form action="/sign-in/submit" method="post" noValidate>
      <FormAlert id="sign-in-problem" message={errors.form && t(errors.form)} />
      {state !== null && <input type="hidden" name="state" value={state} />}
      {next !== null && <input type="hidden" name="next" value={next} />}
      <div className="grid gap-5">
        <EmailField
          texts={texts}
          autoComplete="username webauthn"
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
        <div className="-mt-2 flex flex-wrap items-center justify-between gap-x-4 gap-y-2 text-sm">
          <label className="flex items-center gap-2 py-1">
            <input type="checkbox" name="keep" className="size-4 accent-accent" />
            {t("fields.keep")}
          </label>
          <a className="link" href={pathWithState("/reset-password", state)}>
            {t("resetPassword.forgot")}
          </a>
        </div>
        <SubmitButton>{t("common.signIn")}</SubmitButton>
        {children}
      </div>
    </form>
  )
}
