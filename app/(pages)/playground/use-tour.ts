import { useEffect, useState, useSyncExternalStore } from "react"
import { isStep, type Recorded } from "@/lib/flows/record"
import { appendRecorded } from "@/lib/flows/sequence"
import { finishAuthorization, playNext } from "./client"
import type { Controls } from "./next-card"
import { planBreak } from "./plan"
import {
  changeRun,
  getRun,
  holdingOf,
  isAuthorization,
  type PlayedScene,
  pathsOf,
  reloadRun,
  startRun,
  subscribeToRun,
} from "./run"
import { scenes } from "./scenes"
import { useReveal } from "./use-reveal"

/** Between two scenes that follow each other by themselves, and how long a drawing is waited for that does not come. */
const pauseMs = 900
const patienceMs = 4000

const nothing: Recorded[] = []

/** The tour as it stands, and what the buttons do. */
export function useTour(issuer: string, watching: boolean) {
  const run = useSyncExternalStore(subscribeToRun, getRun)
  const [busy, setBusy] = useState(true)
  const [stray, setStray] = useState<string | null>(null)
  const [heard, setHeard] = useState({ flowId: run.flowId, recorded: nothing })
  const recorded = heard.flowId === run.flowId ? heard.recorded : nothing
  const { shown, count, complete } = useReveal(recorded, run.startedAt, run.drawn)

  async function play(): Promise<void> {
    setBusy(true)
    setStray(null)
    changeRun({ drawn: count })
    const leaving = await playNext(issuer)
    if (!leaving) setBusy(false)
  }

  useEffect(() => {
    const arrive = () => {
      setBusy(true)
      finishAuthorization()
        .then(setStray)
        .finally(() => setBusy(false))
    }
    arrive()
    // A page that comes back out of the browser's memory is as it was when it was left: the storage knows better.
    const onShow = ({ persisted }: PageTransitionEvent) => {
      if (!persisted) return
      reloadRun()
      arrive()
    }
    addEventListener("pageshow", onShow)
    return () => removeEventListener("pageshow", onShow)
  }, [])

  const goesOn = run.runsUntil !== null && run.planned.length > run.runsUntil && !busy
  const drawn = !watching || (complete && recorded.filter(isRequest).length >= countRequests(run.played))
  // biome-ignore lint/correctness/useExhaustiveDependencies: whatever else has changed, it goes on once
  useEffect(() => {
    if (!goesOn) return
    const timer = setTimeout(() => void play(), drawn ? pauseMs : patienceMs)
    return () => clearTimeout(timer)
  }, [goesOn, drawn, run.played.length])

  const controls: Controls = {
    next: () => void play(),
    runAll: () => changeRun({ runsUntil: 0 }),
    pause: () => changeRun({ runsUntil: null }),
    startOver: () => startRun(),
    breakIt: (name) => {
      const { anew, scenes: planned, waiting } = planBreak(name, holdingOf(getRun()))
      const change = { planned, runsUntil: waiting, broken: true }
      if (anew) startRun(change)
      else changeRun(change)
    },
  }
  const hear = (news: Recorded[]) =>
    setHeard((before) => ({
      flowId: run.flowId,
      recorded: appendRecorded(before.flowId === run.flowId ? before.recorded : nothing, news),
    }))
  return { run, busy, stray, shown, controls, hear, news: complete ? sayNews(run.played, shown) : "" }
}

const isRequest = ({ kind }: Recorded) => kind === "request"

/** How many requests a flow has at least, by what the client did. */
function countRequests(played: PlayedScene[]): number {
  return played.reduce((sum, scene) => sum + Math.max(pathsOf(scene).length, isAuthorization(scene) ? 1 : 0), 0)
}

/** For who does not see the drawing. */
function sayNews(played: PlayedScene[], shown: Recorded[]): string {
  const last = played.at(-1)
  if (!last || last.outcome === "under way") return ""
  const words = { done: "done", refused: "refused", broken: "broken off" }
  return `${scenes[last.name].title}: ${words[last.outcome]}. ${shown.filter(isStep).length} steps drawn.`
}
