import type { ReactNode } from "react"
import type { FormResult } from "@/lib/http/form-result"
import type { Texts } from "@/lib/i18n/texts"
import { FormScript } from "./form-script"
import { PasswordField } from "./password-field"
import { SubmitButton } from "./submit-button"

type Props = {
  texts: Texts
  action: string
  /** The token of the link from the e-mail. */
  token: string
  email: string
  errors: FormResult["errors"]
  submit: string
  children?: ReactNode
}

/** A form with a new password for the account that a link from an e-mail is about. */
export function NewPasswordForm({ texts, action, token, email, errors, submit, children }: Props) {
  const { t } = texts
  return (
    <form action={action} method="post" noValidate className="grid gap-5">
      <input type="hidden" name="token" value={token} />
      {/* Password managers store the password under it. */}
      <input type="text" name="username" autoComplete="username" value={email} readOnly hidden />
      {children}
      <PasswordField
        texts={texts}
        label={t("resetPassword.newPassword")}
        name="password"
        hint={t("fields.newPasswordHint")}
        autoComplete="new-password"
        required
        error={errors.password && t(errors.password)}
        autoFocus={errors.name === undefined}
      />
      <SubmitButton>{submit}</SubmitButton>
      <FormScript />
    </form>
  )
}
