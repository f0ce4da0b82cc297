import { useEffect, useMemo, useState } from "react"
import type { Recorded } from "@/lib/flows/recorded-flow"

/** The pause after each step, in milliseconds. */
const stepMs = 140

/**
 * Shows the recorded steps one after another, because many may arrive together. With reduced motion all are shown
 * immediately.
 * @param recorded in the order of time
 * @param runStartedAt restarts the drawing when it changes
 * @param alreadyDrawn how many steps are shown immediately
 */
export function useReveal(recorded: Recorded[], runStartedAt: number, alreadyDrawn: number) {
  const [state, setState] = useState({ runStartedAt, count: alreadyDrawn })
  const count = state.runStartedAt === runStartedAt ? state.count : 0
  const total = recorded.reduce((sum, { steps }) => sum + steps.length, 0)
  const complete = count >= total

  useEffect(() => {
    if (complete) return
    const reduced = prefersReducedMotion()
    const showNext = () => setState({ runStartedAt, count: reduced ? total : count + 1 })
    const timer = setTimeout(showNext, reduced ? 0 : stepMs)
    return () => clearTimeout(timer)
  }, [complete, count, total, runStartedAt])

  const shown = useMemo(() => takeSteps(recorded, count), [recorded, count])
  return { shown, count: Math.min(count, total), complete }
}

export function prefersReducedMotion(): boolean {
  return matchMedia("(prefers-reduced-motion: reduce)").matches
}

/** The first steps of all that was recorded, in their requests. */
function takeSteps(recorded: Recorded[], count: number): Recorded[] {
  let left = count
  return recorded.flatMap((request) => {
    const steps = request.steps.slice(0, Math.max(0, left))
    left -= request.steps.length
    return steps.length > 0 ? [{ ...request, steps }] : []
  })
}
