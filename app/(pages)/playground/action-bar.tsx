import { useEffect, useRef } from "react"
import { isSigningIn } from "./authorization-scenes"
import { BreakMenu } from "./break-menu"
import type { BreakName } from "./plan"
import type { Run } from "./run"
import { scenes } from "./scenes"

export type Controls = {
  playNext: () => void
  runAll: () => void
  pause: () => void
  startOver: () => void
  breakFlow: (name: BreakName) => void
}

type Props = { run: Run; busy: boolean; controls: Controls; onSimulate: () => void }

/** The next action and the other controls. It stays at the bottom of the window, so no scene moves it out of view. */
export function ActionBar({ run, busy, controls, onSimulate }: Props) {
  const [name] = run.planned
  const isRunning = run.runsUntil !== null
  // While the browser is leaving for the server the user may have stopped it, so "Start over" stays enabled.
  const mayStartOver = run.played.length > 0 && (!busy || isSigningIn(run))
  const primary = useRef<HTMLButtonElement>(null)
  const hasPlayed = run.played.length > 0
  // The focus is lost on the way to the server and back, and with a button that disappears.
  useEffect(() => {
    if (!busy && hasPlayed && document.activeElement === document.body) primary.current?.focus({ preventScroll: true })
  }, [busy, hasPlayed])
  return (
    <section
      aria-label="Next action"
      className="z-20 -mx-4 mt-auto border-t border-line bg-surface px-4 py-3 shadow-card sm:-mx-6 sm:px-6 [@media(min-height:32rem)]:sticky [@media(min-height:32rem)]:bottom-0"
    >
      <div className="flex flex-wrap items-center gap-2.5">
        <p className="min-w-0 flex-1 truncate text-sm max-lg:hidden">
          <span className="text-muted">{name ? (hasPlayed ? "Next: " : "Start here: ") : "This flow has ended. "}</span>
          <span className="font-medium">{name ? scenes[name].title : ""}</span>
        </p>
        <button
          ref={primary}
          type="button"
          className="button button-primary max-sm:basis-full max-lg:flex-1 lg:min-w-56"
          aria-disabled={busy}
          onClick={() => !busy && (name ? controls.playNext() : controls.startOver())}
        >
          {name ? scenes[name].button : "Start over"}
        </button>
        {name && (
          <button
            type="button"
            className="button button-plain max-sm:flex-1 max-sm:gap-1 max-sm:px-1"
            onClick={isRunning ? controls.pause : controls.runAll}
          >
            {isRunning ? "Pause" : "Run all"}
          </button>
        )}
        <BreakMenu busy={busy} onBreak={controls.breakFlow} onSimulate={onSimulate} />
        {name && (
          <button
            type="button"
            className="button border-transparent text-muted hover:bg-sunken hover:text-ink max-sm:flex-1 max-sm:gap-1 max-sm:px-1"
            aria-disabled={!mayStartOver}
            onClick={() => mayStartOver && controls.startOver()}
          >
            Start over
          </button>
        )}
      </div>
    </section>
  )
}
