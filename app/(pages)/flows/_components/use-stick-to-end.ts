import { useEffect, useLayoutEffect, useRef } from "react"

const nearEnd = 240

/**
 * Scrolls to the end of the page when it grows, if the end was in view before.
 * @param length grows with the page
 * @param isOn false while the user reads an opened step
 */
export function useStickToEnd(length: number, isOn: boolean): void {
  const before = useRef(length)
  const isAtEnd = useRef(false)

  useEffect(() => {
    let lastY = scrollY
    const update = () => {
      const { scrollHeight, clientHeight } = document.documentElement
      if (scrollHeight - clientHeight - scrollY < nearEnd) isAtEnd.current = true
      else if (scrollY < lastY) isAtEnd.current = false
      lastY = scrollY
    }
    update()
    addEventListener("scroll", update, { passive: true })
    return () => removeEventListener("scroll", update)
  }, [])

  useLayoutEffect(() => {
    const grown = length > before.current
    before.current = length
    if (!grown || !isAtEnd.current || !isOn) return
    const behavior = matchMedia("(prefers-reduced-motion: reduce)").matches ? "instant" : "smooth"
    scrollTo({ top: document.documentElement.scrollHeight, behavior })
  }, [length, isOn])
}
