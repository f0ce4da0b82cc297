import { Field } from "../_components/field"
import { FormAlert } from "../_components/form-alert"
import { PasswordField } from "../_components/password-field"
import { SubmitButton } from "../_components/submit-button"

type Props = {
  /** The state token, when a Client waits for the answer. */
  state: string | null
  /** What the e-mail field holds at first. */
  email: string
  errors: { email?: string; password?: string; form?: string }
}

export function SignInForm({ state, email, errors }: Props) {
  return (
    <form action="/sign-in/submit" method="post" noValidate>
      <FormAlert id="sign-in-problem" message={errors.form} />
      {state !== null && <input type="hidden" name="state" value={state} />}
      <div className="grid gap-5">
        <Field
          label="Email"
          name="email"
          type="email"
          inputMode="email"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          required
          defaultValue={email}
          error={errors.email}
          describedBy={errors.form && "sign-in-problem"}
          autoFocus={errors.email !== undefined}
        />
        {/* After a wrong pair the password is the field to fill in again: the email address is still there. */}
        <PasswordField
          label="Password"
          name="password"
          autoComplete="current-password"
          required
          error={errors.password}
          describedBy={errors.form && "sign-in-problem"}
          aria-invalid={errors.form !== undefined}
          autoFocus={errors.form !== undefined || (errors.password !== undefined && errors.email === undefined)}
        />
        <SubmitButton>Sign in</SubmitButton>
      </div>
    </form>
  )
}
