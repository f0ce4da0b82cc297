import { Field } from "./field"

/** A field for a code of an authenticator app, or a recovery code. */
export function CodeField({ label, error }: { label: string; error: string | undefined }) {
  return (
    <Field
      label={label}
      name="code"
      dir="ltr"
      inputMode="text"
      autoComplete="one-time-code"
      autoCapitalize="characters"
      spellCheck={false}
      required
      error={error}
      autoFocus
      className="font-mono tracking-widest"
    />
  )
}
