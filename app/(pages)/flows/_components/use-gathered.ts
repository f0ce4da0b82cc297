import { useCallback, useEffect, useRef } from "react"

const everyMs = 200

/**
 * Gathers what comes in a rush, so that it is drawn together.
 * @param take is given what has come since it was called last
 * @returns the function to give each item to
 */
export function useGathered<Item>(take: (items: Item[]) => void): (item: Item) => void {
  const latest = useRef(take)
  const items = useRef<Item[]>([])
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => {
    latest.current = take
  })
  useEffect(() => () => clearTimeout(timer.current), [])

  return useCallback((item: Item) => {
    items.current.push(item)
    if (items.current.length > 1) return
    timer.current = setTimeout(() => {
      const gathered = items.current
      items.current = []
      latest.current(gathered)
    }, everyMs)
  }, [])
}
