import { useEffect, useRef, useState, useSyncExternalStore } from "react"
import { appendRecorded, type Recorded } from "@/lib/flows/recorded-flow"
import type { Controls } from "./action-bar"
import { findFlow, finishAuthorization } from "./authorization-scenes"
import { formatRefusal } from "./outcome-pill"
import { planBreak } from "./plan"
import { playNextScene } from "./play-next-scene"
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
import { prefersReducedMotion, useReveal } from "./use-reveal"

/** The pause before the tour continues by itself, with and without motion to watch. */
const pauseMs = 900
const reducedPauseMs = 200
/** How long the tour waits for the server's report of a scene. */
const maxReportMs = 4000

const nothing: Recorded[] = []

/** The state of the tour, and what its buttons do. */
export function useTour(issuer: string, watching: boolean) {
  const run = useSyncExternalStore(subscribeToRun, getRun)
  const [busy, setBusy] = useState(true)
  const [strayResponse, setStrayResponse] = useState<string | null>(null)
  const [reports, setReports] = useState({ flowId: run.flowId, recorded: nothing })
  const recorded = reports.flowId === run.flowId ? reports.recorded : nothing
  const { shown, count, complete } = useReveal(recorded, run.startedAt, run.drawnSteps)

  const drawnSteps = useRef(count)
  useEffect(() => {
    drawnSteps.current = count
  }, [count])

  async function playNext(): Promise<void> {
    setBusy(true)
    setStrayResponse(null)
    changeRun({ drawnSteps: drawnSteps.current })
    const leaving = await playNextScene(issuer)
    if (!leaving) setBusy(false)
  }

  useEffect(() => {
    const arrive = () => {
      setBusy(true)
      finishAuthorization()
        .then((problem) => problem !== null && setStrayResponse(problem))
        .finally(() => setBusy(false))
        .then(() => (watching ? findFlow() : undefined))
    }
    arrive()
    // A page restored from the back/forward cache has an old state; the storage has the newest.
    const onShow = ({ persisted }: PageTransitionEvent) => {
      if (!persisted) return
      reloadRun()
      arrive()
    }
    addEventListener("pageshow", onShow)
    return () => removeEventListener("pageshow", onShow)
  }, [watching])

  const continues = run.runsUntil !== null && run.planned.length > run.runsUntil && !busy
  const isDrawn = !watching || (complete && isFullyReported(run.played, recorded))
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each scene, with the newest playNext
  useEffect(() => {
    if (!continues) return
    const drawnPauseMs = prefersReducedMotion() ? reducedPauseMs : pauseMs
    const timer = setTimeout(() => void playNext(), isDrawn ? drawnPauseMs : maxReportMs)
    return () => clearTimeout(timer)
  }, [continues, isDrawn, run.played.length])

  const controls: Controls = {
    playNext: () => void playNext(),
    runAll: () => changeRun({ runsUntil: 0 }),
    pause: () => changeRun({ runsUntil: null }),
    startOver: () => {
      setBusy(false)
      startRun()
    },
    breakFlow: (name) => {
      const { startsFlow, scenes: planned, waiting } = planBreak(name, holdingOf(getRun()))
      const change = { planned, runsUntil: waiting, broken: true }
      if (startsFlow) startRun({ ...change, plannedAtStart: planned })
      else changeRun(change)
    },
  }
  const addRecorded = (added: Recorded[]) =>
    setReports((before) => ({
      flowId: run.flowId,
      recorded: appendRecorded(before.flowId === run.flowId ? before.recorded : nothing, added),
    }))
  const announcement = complete ? describeLastScene(run.played) : ""
  return { run, busy, strayResponse, shown, controls, addRecorded, announcement }
}

/** Whether the server has reported every request of the client. */
function isFullyReported(played: PlayedScene[], recorded: Recorded[]): boolean {
  const paths = recorded.map(({ path }) => path)
  const sent = played.flatMap(pathsOf)
  const reported = paths.filter((path) => sent.includes(path))
  return reported.length >= sent.length && (!played.some(isAuthorization) || paths.length > reported.length)
}

/** The outcome of the last scene, for screen readers. */
function describeLastScene(played: PlayedScene[]): string {
  const last = played.at(-1)
  if (!last || last.outcome === "in progress") return ""
  const { title, done, refused } = scenes[last.name]
  if (last.outcome === "done") return `${title}: done. ${done}`
  if (last.outcome === "interrupted") return `${title}: interrupted. Try again or start over.`
  const code = formatRefusal(last.exchanges)
  return `${title}: refused${code ? `, ${code}` : ""}. ${refused}`
}
