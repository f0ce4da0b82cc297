import { useEffect, useMemo, useState } from "react"
import type { Recorded } from "@/lib/flows/recorded-flow"

/** How long an arrow has for itself, in milliseconds. */
const everyMs = 140

/**
 * Shows what was recorded one step after the other, in the order of time, because it may come all together.
 * @param recorded in the order of time
 * @param tour where the drawing starts again when it changes
 * @param drawn so many steps were shown before, and are there immediately
 */
export function useReveal(recorded: Recorded[], tour: number, drawn: number) {
  const [state, setState] = useState({ tour, count: drawn })
  const count = state.tour === tour ? state.count : 0
  const total = recorded.reduce((sum, { steps }) => sum + steps.length, 0)
  const complete = count >= total

  useEffect(() => {
    if (complete) return
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches
    const more = () => setState({ tour, count: still ? total : count + 1 })
    const timer = setTimeout(more, still ? 0 : everyMs)
    return () => clearTimeout(timer)
  }, [complete, count, total, tour])

  const shown = useMemo(() => cut(recorded, count), [recorded, count])
  return { shown, count: Math.min(count, total), complete }
}

/** The first steps of what was recorded, in their requests. */
function cut(recorded: Recorded[], count: number): Recorded[] {
  let left = count
  return recorded.flatMap((request) => {
    const steps = request.steps.slice(0, Math.max(0, left))
    left -= request.steps.length
    return steps.length > 0 ? [{ ...request, steps }] : []
  })
}
