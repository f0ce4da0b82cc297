import { emailTakenMessage } from "@/lib/accounts/users"
import { pathWithState } from "@/lib/http/form-result"
import type { FormProps } from "../_components/credentials-page"
import { EmailField } from "../_components/email-field"
import { Field } from "../_components/field"
import { PasswordField } from "../_components/password-field"
import { SubmitButton } from "../_components/submit-button"

/** Focus starts at the first field with an error, else at the first one that is empty. */
export function SignUpForm({ state, values, errors }: FormProps) {
  const fields = ["email", "name", "password"]
  const focused = fields.find((field) => errors[field]) ?? fields.find((field) => !values[field])
  return (
    <form action="/sign-up/submit" method="post" noValidate>
      {state !== null && <input type="hidden" name="state" value={state} />}
      <div className="grid gap-5">
        <EmailField
          defaultValue={values.email}
          error={errors.email === emailTakenMessage ? <EmailTaken state={state} /> : errors.email}
          autoFocus={focused === "email"}
        />
        <Field
          label="Name"
          name="name"
          hint="Optional"
          autoComplete="name"
          defaultValue={values.name}
          error={errors.name}
          autoFocus={focused === "name"}
        />
        <PasswordField
          label="Password"
          name="password"
          hint="At least 8 characters"
          autoComplete="new-password"
          required
          error={errors.password}
          autoFocus={focused === "password"}
        />
        <SubmitButton>Create account</SubmitButton>
      </div>
    </form>
  )
}

function EmailTaken({ state }: { state: string | null }) {
  return (
    <>
      {emailTakenMessage}{" "}
      <a className="link" href={pathWithState("/sign-in", state)}>
        Sign in
      </a>{" "}
      instead.
    </>
  )
}
