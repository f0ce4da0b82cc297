"use client"

import { type ComponentProps, useEffect, useRef, useState } from "react"
import { Field } from "./field"

/** A password field with a button that shows what was typed. Without JavaScript there is no button. */
export function PasswordField(props: Omit<ComponentProps<typeof Field>, "type" | "children" | "ref" | "className">) {
  const input = useRef<HTMLInputElement>(null)
  const [canShow, setCanShow] = useState(false)
  const [shown, setShown] = useState(false)

  useEffect(() => {
    setCanShow(true)
    // Browsers offer to save a password only from a field that is hidden again when the form leaves.
    const hide = () => setShown(false)
    const form = input.current?.form
    form?.addEventListener("submit", hide)
    return () => form?.removeEventListener("submit", hide)
  }, [])

  return (
    <Field
      {...props}
      ref={input}
      type={shown ? "text" : "password"}
      className="pe-12"
      autoCapitalize="none"
      autoCorrect="off"
      spellCheck={false}
    >
      {canShow && (
        <button
          type="button"
          aria-pressed={shown}
          aria-controls={props.name}
          onClick={() => setShown(!shown)}
          className="absolute inset-y-1 end-1 grid w-10 place-items-center rounded-md text-muted hover:bg-sunken hover:text-ink"
        >
          <span className="sr-only">Show password</span>
          <Eye crossed={shown} />
        </button>
      )}
    </Field>
  )
}

function Eye({ crossed }: { crossed: boolean }) {
  return (
    <svg
      viewBox="0 0 24 24"
      className="size-5 fill-none stroke-current stroke-[1.75]"
      aria-hidden="true"
      focusable="false"
    >
      <path d="M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12Z" />
      <circle cx="12" cy="12" r="3" />
      {crossed && <path d="M4 20 20 4" />}
    </svg>
  )
}
