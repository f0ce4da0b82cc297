import { type RefObject, useEffect, useLayoutEffect, useRef } from "react"

const gestures = ["wheel", "touchmove", "pointerdown", "keydown"]

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
    for (const event of gestures) addEventListener(event, stop, { passive: true })
    return () => {
      for (const event of gestures) removeEventListener(event, stop)
    }
  }, [begin])

  useLayoutEffect(() => {
    const grown = length > before.current
    before.current = length
    if (!grown || !follows.current) return
    const behavior = matchMedia("(prefers-reduced-motion: reduce)").matches ? "instant" : "smooth"
    const failed = document.querySelector("[data-step][data-failed][data-selected]")
    // In one column the words about it stand above it; in two they stay beside it.
    const isBeside = matchMedia("(min-width: 80rem)").matches
    const place = isBeside ? failed : failed?.closest("[data-scene]")
    if (place) place.scrollIntoView({ behavior, block: "start" })
    else ref.current?.scrollIntoView({ behavior, block: "nearest" })
  }, [ref, length])
}
