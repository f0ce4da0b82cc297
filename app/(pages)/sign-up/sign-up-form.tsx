import { pathWithState } from "@/lib/http/form-result"
import type { ProblemKey, Texts } from "@/lib/i18n/texts"
import { isMailOn } from "@/lib/mail/outbox"
import type { FormProps } from "../_components/credentials-page"
import { EmailField } from "../_components/email-field"
import { Field } from "../_components/field"
import { PasswordField } from "../_components/password-field"
import { SubmitButton } from "../_components/submit-button"
import { textLink } from "../_components/text-link"

/** Focus starts at the first field with an error, else at the first one that is empty. */
export function SignUpForm({ texts, state, values, errors }: FormProps) {
  const { t } = texts
  // The e-mail has a link to the page that asks for the rest.
  const isByEmail = isMailOn()
  const fields = isByEmail ? ["email"] : ["email", "name", "password"]
  const focused = fields.find((field) => errors[field]) ?? fields.find((field) => !values[field])
  return (
    <form action="/sign-up/submit" method="post" noValidate>
      {state !== null && <input type="hidden" name="state" value={state} />}
      <div className="grid gap-5">
        <EmailField
          texts={texts}
          defaultValue={values.email}
          error={errors.email && <EmailProblem texts={texts} problem={errors.email} state={state} />}
          autoFocus={focused === "email"}
        />
        {!isByEmail && (
          <>
            {" "}
            <Field
              label={t("fields.name")}
              name="name"
              hint={t("fields.optional")}
              autoComplete="name"
              defaultValue={values.name}
              error={errors.name && t(errors.name)}
              autoFocus={focused === "name"}
            />
            <PasswordField
              texts={texts}
              label={t("fields.password")}
              name="password"
              hint={t("fields.newPasswordHint")}
              autoComplete="new-password"
              required
              error={errors.password && t(errors.password)}
              autoFocus={focused === "password"}
            />
          </>
        )}{" "}
        <SubmitButton>{t(isByEmail ? "common.continue" : "signUp.submit")}</SubmitButton>
      </div>
    </form>
  )
}

type ProblemProps = { texts: Texts; problem: ProblemKey; state: string | null }

function EmailProblem({ texts: { t }, problem, state }: ProblemProps) {
  if (problem !== "problems.emailTaken") return t(problem)
  return (
    <>
      {t(problem)} {t.rich("signUp.signInInstead", { link: textLink(pathWithState("/sign-in", state)) })}
    </>
  )
}
