import { useEffect, useRef, useState, useSyncExternalStore } from "react"
import { appendRecorded, type Recorded } from "@/lib/flows/recorded-flow"
import { findFlow, finishAuthorization } from "./authorization-scenes"
import { playNext } from "./client"
import type { Controls } from "./next-card"
import { sayRefusal } from "./outcome"
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

  const drawnCount = useRef(count)
  useEffect(() => {
    drawnCount.current = count
  }, [count])

  async function play(): Promise<void> {
    setBusy(true)
    setStray(null)
    changeRun({ drawn: drawnCount.current })
    const leaving = await playNext(issuer)
    if (!leaving) setBusy(false)
  }

  useEffect(() => {
    const arrive = () => {
      setBusy(true)
      finishAuthorization()
        .then((problem) => problem !== null && setStray(problem))
        .finally(() => setBusy(false))
        .then(() => (watching ? findFlow() : undefined))
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
  }, [watching])

  const goesOn = run.runsUntil !== null && run.planned.length > run.runsUntil && !busy
  const drawn = !watching || (complete && isHeard(run.played, recorded))
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
    startOver: () => {
      setBusy(false)
      startRun()
    },
    breakIt: (name) => {
      const { anew, scenes: planned, waiting } = planBreak(name, holdingOf(getRun()))
      const change = { planned, runsUntil: waiting, broken: true }
      if (anew) startRun({ ...change, cast: planned })
      else changeRun(change)
    },
  }
  const hear = (news: Recorded[]) =>
    setHeard((before) => ({
      flowId: run.flowId,
      recorded: appendRecorded(before.flowId === run.flowId ? before.recorded : nothing, news),
    }))
  return { run, busy, stray, shown, controls, hear, news: complete ? sayNews(run.played) : "" }
}

/** Whether the server has told of everything that the client did. */
function isHeard(played: PlayedScene[], recorded: Recorded[]): boolean {
  const paths = recorded.map(({ path }) => path)
  const sent = played.flatMap(pathsOf)
  const answered = paths.filter((path) => sent.includes(path))
  return answered.length >= sent.length && (!played.some(isAuthorization) || paths.length > answered.length)
}

/** For who does not see the drawing. */
function sayNews(played: PlayedScene[]): string {
  const last = played.at(-1)
  if (!last || last.outcome === "under way") return ""
  const { title, done, refused } = scenes[last.name]
  if (last.outcome === "done") return `${title}: done. ${done}`
  return `${title}: ${last.outcome === "refused" ? "refused" : "broken off"}, ${sayRefusal(last.exchanges) ?? ""}. ${refused}`
}
