import type { ComponentProps } from "react"
import type { Texts } from "@/lib/i18n/texts"
import { Field } from "./field"

type Props = Pick<
  ComponentProps<typeof Field>,
  "defaultValue" | "error" | "describedBy" | "autoFocus" | "autoComplete"
> & {
  texts: Texts
  label?: string
}

/** The email address that a User signs in with. Password managers read it as the user name. */
export function EmailField({ texts, label = texts.t("fields.email"), autoComplete = "username", ...props }: Props) {
  return (
    <Field
      {...props}
      label={label}
      name="email"
      type="email"
      dir="ltr"
      inputMode="email"
      autoComplete={autoComplete}
      autoCapitalize="none"
      spellCheck={false}
      required
    />
  )
}
