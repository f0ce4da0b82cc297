import { type RefObject, useEffect, useRef } from "react"
import type { Exchange } from "./run"

/**
 * Brings the newest exchange into view, when it begins and when its answer comes. What the tab held when the page was
 * opened is not new; and the check of a signature does not take the view from the tokens that it is about.
 * @returns the ref of the list
 */
export function useNewestInView(exchanges: Exchange[] | null): RefObject<HTMLOListElement | null> {
  const list = useRef<HTMLOListElement>(null)
  const seen = useRef<string | null>(null)
  const index = exchanges?.findLastIndex(({ kind }) => kind !== "jwks") ?? -1
  const newest = exchanges?.[index]
  const news = exchanges === null ? null : `${newest?.id} ${newest?.outcome}`

  useEffect(() => {
    const before = seen.current
    seen.current = news
    if (before === null || before === news) return
    const behavior = matchMedia("(prefers-reduced-motion: reduce)").matches ? "instant" : "smooth"
    list.current?.children[index]?.scrollIntoView({ behavior, block: "start" })
  }, [news, index])
  return list
}
