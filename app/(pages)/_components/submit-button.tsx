import type { ButtonHTMLAttributes, ReactNode } from "react"

type Props = Pick<ButtonHTMLAttributes<HTMLButtonElement>, "name" | "value" | "formAction"> & {
  look?: "primary" | "plain"
  children: ReactNode
}

/** Shows a spinner while its form is being sent: public/form.js marks the form, globals.css styles it. */
export function SubmitButton({ look = "primary", children, ...button }: Props) {
  return (
    <button {...button} type="submit" className={`button button-${look} w-full`}>
      {look === "primary" && <span aria-hidden="true" className="spinner" />}
      {children}
    </button>
  )
}
