import type { ButtonHTMLAttributes, ReactNode } from "react"

type Props = Pick<ButtonHTMLAttributes<HTMLButtonElement>, "name" | "value"> & {
  look?: "primary" | "plain"
  children: ReactNode
}

/** Sends its form, once: public/form.js marks a form that is being sent, and globals.css shows it. */
export function SubmitButton({ look = "primary", name, value, children }: Props) {
  return (
    <button type="submit" name={name} value={value} className={`button button-${look} w-full`}>
      {look === "primary" && <span aria-hidden="true" className="spinner" />}
      {children}
    </button>
  )
}
