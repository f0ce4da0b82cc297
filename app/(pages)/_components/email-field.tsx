import type { ComponentProps } from "react"
import { Field } from "./field"

/** The email address that a User signs in with. Password managers read it as the user name. */
export function EmailField(
  props: Pick<ComponentProps<typeof Field>, "defaultValue" | "error" | "describedBy" | "autoFocus">,
) {
  return (
    <Field
      {...props}
      label="Email"
      name="email"
      type="email"
      inputMode="email"
      autoComplete="username"
      autoCapitalize="none"
      spellCheck={false}
      required
    />
  )
}
