"use client"

import { useActionState } from "react"
import { Field } from "../_components/field"
import { FormAlert } from "../_components/form-alert"
import { PasswordField } from "../_components/password-field"
import { SubmitButton } from "../_components/submit-button"
import { signUpWithForm } from "./actions"

/** @param state the state token, when a Client waits for the answer; @param email what the field holds at first */
export function SignUpForm({ state, email }: { state: string | null; email: string }) {
  const [result, action] = useActionState(signUpWithForm, { email, name: "", error: null })
  const { error } = result
  const errorOf = (field: string | null) => (error?.field === field ? error.message : undefined)

  return (
    <form action={action} noValidate>
      <FormAlert id="sign-up-problem" message={errorOf(null)} />
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
          error={errorOf("email")}
          autoFocus={error?.field === "email"}
        />
        <Field
          label="Name"
          name="name"
          hint="Optional"
          autoComplete="name"
          defaultValue={result.name}
          error={errorOf("name")}
          autoFocus={error?.field === "name"}
        />
        <PasswordField
          label="Password"
          name="password"
          hint="At least 8 characters"
          autoComplete="new-password"
          required
          error={errorOf("password")}
          autoFocus={error?.field === "password"}
        />
        <SubmitButton>Create account</SubmitButton>
      </div>
    </form>
  )
}
