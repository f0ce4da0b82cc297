import { useEffect, useLayoutEffect, useRef } from "react"
import type { Recorded } from "@/lib/flows/recorded-flow"
import type { PlayedScene } from "./run"
import { prefersReducedMotion } from "./use-reveal"

const gestures = ["wheel", "touchmove", "pointerdown", "keydown"]

/**
 * Keeps the newest scene in view while its steps are drawn, until the reader scrolls or presses a key.
 * @param played following starts again with each new scene
 * @param shown the steps drawn so far
 */
export function useFollowNewest(played: PlayedScene[], shown: Recorded[]): void {
  const sceneCount = played.length
  const follows = useRef(true)

  // biome-ignore lint/correctness/useExhaustiveDependencies: each new scene is followed
  useEffect(() => {
    follows.current = true
    const stop = () => {
      follows.current = false
    }
    for (const event of gestures) addEventListener(event, stop, { passive: true })
    return () => {
      for (const event of gestures) removeEventListener(event, stop)
    }
  }, [sceneCount])

  const previousCount = useRef(sceneCount)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the page grows with each exchange and each drawn step
  useLayoutEffect(() => {
    const isNew = sceneCount > previousCount.current
    previousCount.current = sceneCount
    const scene = [...document.querySelectorAll("[data-scene]")].at(-1)
    if (!scene || (!isNew && !follows.current)) return
    const behavior = prefersReducedMotion() ? "instant" : "smooth"
    // In two columns the card stays in view beside the steps; in one column the card comes first.
    const isTwoColumns = matchMedia("(min-width: 80rem)").matches
    const failed = scene.querySelector("[data-step][data-failed][data-selected]")
    const lastStep = [...scene.querySelectorAll("[data-step]")].at(-1)
    if (isTwoColumns && failed) failed.scrollIntoView({ behavior, block: "start" })
    else if (isTwoColumns && lastStep) lastStep.scrollIntoView({ behavior, block: "nearest" })
    else if (sceneCount > 0) scene.scrollIntoView({ behavior, block: "start" })
  }, [played, shown])
}
