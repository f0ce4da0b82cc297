import type { ComponentProps } from "react"
import type { Texts } from "@/lib/i18n/texts"
import { Field } from "./field"

type Props = Pick<ComponentProps<typeof Field>, "defaultValue" | "error" | "describedBy" | "autoFocus"> & {
  texts: Texts
}

/** The email address that a User signs in with. Password managers read it as the user name. */
export function EmailField({ texts, ...props }: Props) {
  return (
    <Field
      {...props}
      label={texts.t("fields.email")}
      name="email"
      type="email"
      dir="ltr"
      inputMode="email"
      autoComplete="username"
      autoCapitalize="none"
      spellCheck={false}
      required
    />
  )
}
