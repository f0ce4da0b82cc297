"use client"

import { useActionState } from "react"
import { Field } from "../_components/field"
import { FormAlert } from "../_components/form-alert"
import { PasswordField } from "../_components/password-field"
import { SubmitButton } from "../_components/submit-button"
import { signInWithForm } from "./actions"

/** @param state the state token, when a Client waits for the answer; @param email what the field holds at first */
export function SignInForm({ state, email }: { state: string | null; email: string }) {
  const [result, action] = useActionState(signInWithForm, { email, errors: {} })
  const { errors } = result

  return (
    <form action={action} noValidate>
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
          defaultValue={result.email}
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
