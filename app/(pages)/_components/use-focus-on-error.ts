import { type RefObject, useEffect, useRef } from "react"

/** Puts the focus into the first field of a form that was refused. `result` is what the last attempt gave. */
export function useFocusOnError(result: unknown): RefObject<HTMLFormElement | null> {
  const form = useRef<HTMLFormElement>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: each result is a new attempt, also when it says the same
  useEffect(() => {
    form.current?.querySelector<HTMLInputElement>("input[aria-invalid=true]")?.focus()
  }, [result])
  return form
}
