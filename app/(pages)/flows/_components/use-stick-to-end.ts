import { useEffect, useLayoutEffect, useRef } from "react"

const nearEnd = 240

/**
 * Keeps the end of the page in view while it grows, for somebody who was looking at the end.
 * @param length grows with the page
 * @param wanted false for somebody who is reading something else
 */
export function useStickToEnd(length: number, wanted: boolean): void {
  const before = useRef(length)
  const follows = useRef(false)

  useEffect(() => {
    let lastY = scrollY
    const look = () => {
      const { scrollHeight, clientHeight } = document.documentElement
      if (scrollHeight - clientHeight - scrollY < nearEnd) follows.current = true
      else if (scrollY < lastY) follows.current = false
      lastY = scrollY
    }
    look()
    addEventListener("scroll", look, { passive: true })
    return () => removeEventListener("scroll", look)
  }, [])

  useLayoutEffect(() => {
    const grown = length > before.current
    before.current = length
    if (!grown || !follows.current || !wanted) return
    const behavior = matchMedia("(prefers-reduced-motion: reduce)").matches ? "instant" : "smooth"
    scrollTo({ top: document.documentElement.scrollHeight, behavior })
  }, [length, wanted])
}
