"use client"

import type { ButtonHTMLAttributes, ReactNode } from "react"
import { useFormStatus } from "react-dom"

type Props = Pick<ButtonHTMLAttributes<HTMLButtonElement>, "formAction"> & {
  look?: "primary" | "plain"
  children: ReactNode
}

/** Sends its form, once: while the server works on it, no button of the form can be pressed again. */
export function SubmitButton({ look = "primary", formAction, children }: Props) {
  const { pending } = useFormStatus()
  return (
    <button type="submit" formAction={formAction} disabled={pending} className={`button button-${look} w-full`}>
      {pending && look === "primary" && (
        <span
          aria-hidden="true"
          className="size-4 animate-spin rounded-full border-2 border-current border-e-transparent motion-reduce:animate-none"
        />
      )}
      {children}
    </button>
  )
}
