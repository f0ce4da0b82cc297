import { Field } from "../_components/field"
import { FormAlert } from "../_components/form-alert"
import { PasswordField } from "../_components/password-field"
import { SubmitButton } from "../_components/submit-button"

type Props = {
  /** The state token, when a Client waits for the answer. */
  state: string | null
  /** What the fields hold at first. */
  values: { email: string; name: string }
  errors: { email?: string; name?: string; password?: string; form?: string }
}

export function SignUpForm({ state, values, errors }: Props) {
  return (
    <form action="/sign-up/submit" method="post" noValidate>
      <FormAlert id="sign-up-problem" message={errors.form} />
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
          defaultValue={values.email}
          error={errors.email}
          autoFocus={errors.email !== undefined}
        />
        <Field
          label="Name"
          name="name"
          hint="Optional"
          autoComplete="name"
          defaultValue={values.name}
          error={errors.name}
          autoFocus={errors.name !== undefined}
        />
        <PasswordField
          label="Password"
          name="password"
          hint="At least 8 characters"
          autoComplete="new-password"
          required
          error={errors.password}
          autoFocus={errors.password !== undefined}
        />
        <SubmitButton>Create account</SubmitButton>
      </div>
    </form>
  )
}
