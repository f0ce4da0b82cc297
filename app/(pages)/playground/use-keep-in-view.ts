import { type RefObject, useEffect, useLayoutEffect, useRef } from "react"

/**
 * Keeps an element in view while the page grows above it, or the step that failed and is opened, until somebody scrolls:
 * they are reading something else then.
 * @param ref of the element
 * @param length grows with the page
 * @param begin another value when it is to be followed again
 */
export function useKeepInView(ref: RefObject<HTMLElement | null>, length: number, begin: unknown): void {
  const before = useRef(length)
  const follows = useRef(true)

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new begin is what it waits for
  useEffect(() => {
    follows.current = true
    const stop = () => {
      follows.current = false
    }
    addEventListener("wheel", stop, { passive: true })
    addEventListener("touchmove", stop, { passive: true })
    return () => {
      removeEventListener("wheel", stop)
      removeEventListener("touchmove", stop)
    }
  }, [begin])

  useLayoutEffect(() => {
    const grown = length > before.current
    before.current = length
    if (!grown || !follows.current) return
    const behavior = matchMedia("(prefers-reduced-motion: reduce)").matches ? "instant" : "smooth"
    const failed = document.querySelector("[data-step][data-failed][data-selected]")
    if (failed) failed.scrollIntoView({ behavior, block: "start" })
    else ref.current?.scrollIntoView({ behavior, block: "nearest" })
  }, [ref, length])
}
