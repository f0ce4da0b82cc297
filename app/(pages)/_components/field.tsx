import type { InputHTMLAttributes, ReactNode } from "react"

type Props = InputHTMLAttributes<HTMLInputElement> & {
  label: string
  /** The name of the form field, and its id on the page. */
  name: string
  /** A short help text beside the label. */
  hint?: string
  /** Why the value was refused. */
  error?: ReactNode
  /** Id of a message elsewhere on the page that is about this field too. */
  describedBy?: string
  /** Shown inside the field, at its end. */
  children?: ReactNode
}

/** A text field with its label, hint and error message, all of which screen readers announce. */
export function Field({ label, name, hint, error, describedBy, children, className = "", ...input }: Props) {
  const hintId = hint ? `${name}-hint` : undefined
  const errorId = `${name}-error`
  const ids = [error ? errorId : undefined, describedBy, hintId].filter(Boolean).join(" ")
  return (
    <div>
      <div className="mb-1.5 flex flex-wrap items-baseline justify-between gap-x-3">
        <label htmlFor={name} className="font-medium">
          {label}
        </label>
        {hint && (
          <span id={hintId} className="text-sm text-muted">
            {hint}
          </span>
        )}
      </div>
      <div className="relative">
        <input
          {...input}
          id={name}
          name={name}
          className={`field ${className}`}
          aria-describedby={ids || undefined}
          aria-invalid={error !== undefined || input["aria-invalid"] || undefined}
        />
        {children}
      </div>
      <div id={errorId} aria-live="polite" className="text-sm text-danger">
        {error && <p className="mt-1.5">{error}</p>}
      </div>
    </div>
  )
}
