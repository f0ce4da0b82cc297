import { useEffect, useLayoutEffect, useRef } from "react"

const nearEnd = 240

/** Keeps the end of the page in view while it grows, for somebody who was looking at the end. */
export function useFollow(length: number): void {
  const before = useRef(length)
  const atEnd = useRef(false)

  useEffect(() => {
    const look = () => {
      const { scrollHeight, clientHeight } = document.documentElement
      atEnd.current = scrollHeight - clientHeight - scrollY < nearEnd
    }
    look()
    addEventListener("scroll", look, { passive: true })
    return () => removeEventListener("scroll", look)
  }, [])

  useLayoutEffect(() => {
    const grown = length > before.current
    before.current = length
    if (!grown || !atEnd.current) return
    const behavior = matchMedia("(prefers-reduced-motion: reduce)").matches ? "instant" : "smooth"
    scrollTo({ top: document.documentElement.scrollHeight, behavior })
  }, [length])
}
