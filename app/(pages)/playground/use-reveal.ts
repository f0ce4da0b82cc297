import { useEffect, useMemo, useState } from "react"
import { byTime, isStep, type Recorded } from "@/lib/flows/record"

/** How long an arrow has for itself, in milliseconds. */
const everyMs = 140

/**
 * Lets what was recorded be seen one step after the other, in the order of time: it may come all at once. A request's
 * answer is seen once all of its steps are.
 * @param tour where the drawing begins anew when it changes
 * @param drawn so many steps were seen before, and are there at once
 */
export function useReveal(recorded: Recorded[], tour: number, drawn: number) {
  const [state, setState] = useState({ tour, count: drawn })
  const count = state.tour === tour ? state.count : 0
  const steps = useMemo(() => recorded.filter(isStep).sort(byTime), [recorded])
  const complete = count >= steps.length

  useEffect(() => {
    if (complete) return
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches
    const more = () => setState({ tour, count: still ? steps.length : count + 1 })
    const timer = setTimeout(more, still ? 0 : everyMs)
    return () => clearTimeout(timer)
  }, [complete, count, steps.length, tour])

  const shown = useMemo(() => {
    const waiting = new Set(steps.slice(count).map(({ requestId }) => requestId))
    const answered = recorded.filter(({ kind, requestId }) => kind === "request" && !waiting.has(requestId))
    return [...steps.slice(0, count), ...answered]
  }, [recorded, steps, count])
  return { shown, count: Math.min(count, steps.length), complete }
}
