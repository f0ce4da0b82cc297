import { type RefObject, useEffect, useRef } from "react"
import { BreakButtons } from "./break-buttons"
import { type BreakName, wholeTour } from "./plan"
import type { Run } from "./run"
import { scenes } from "./scenes"

export type Controls = {
  next: () => void
  runAll: () => void
  pause: () => void
  startOver: () => void
  breakIt: (name: BreakName) => void
}

/** Who sits there: signed in at the server already, or a stranger who is told how to. */
export type Visitor = {
  signedInAs: string | null
  stranger: { email: string; password: string } | null
}

type Props = Visitor & {
  run: Run
  busy: boolean
  watching: boolean
  controls: Controls
  /** Of what is to stay in view. */
  buttons: RefObject<HTMLDivElement | null>
}

/** What comes next, and the buttons for it: the same ones in the same place from the first press to the last. */
export function NextCard({ run, busy, watching, controls, buttons, signedInAs, stranger }: Props) {
  const [name] = run.planned
  const running = run.runsUntil !== null
  const last = run.played.at(-1)
  // A journey that did not happen: the person has stopped the browser.
  const isLeaving = last?.name === "authorize" && last.outcome === "under way"
  const mayStartOver = last !== undefined && (!busy || isLeaving)
  const primary = useRef<HTMLButtonElement>(null)
  // Where the focus was lost: on the way to the server and back, or with a button that is no more.
  useEffect(() => {
    if (!busy && last && document.activeElement === document.body) primary.current?.focus({ preventScroll: true })
  }, [busy, last])
  return (
    <section
      aria-label="What comes next"
      className="rounded-xl border-2 border-accent bg-surface p-4 shadow-card sm:p-5"
    >
      {name ? (
        <>
          <p className="text-xs font-medium text-accent">{run.played.length === 0 ? "You begin" : "Next"}</p>
          <h2 className="mt-1 text-lg font-semibold tracking-tight text-balance">{scenes[name].title}</h2>
          <p className="mt-2 text-sm text-muted text-pretty">{scenes[name].before}</p>
          {name === "authorize" && <WhoSignsIn signedInAs={signedInAs} stranger={stranger} />}
        </>
      ) : (
        <End run={run} />
      )}
      <div ref={buttons} className="mt-4 grid scroll-my-8 grid-cols-2 gap-2.5">
        <button
          ref={primary}
          type="button"
          className="button button-primary col-span-2"
          aria-disabled={busy}
          onClick={() => !busy && (name ? controls.next() : controls.startOver())}
        >
          {name ? scenes[name].button : "Start again"}
        </button>
        {name && (
          <button
            type="button"
            className="button button-plain px-2"
            onClick={running ? controls.pause : controls.runAll}
          >
            {running ? "Pause" : "Run all"}
          </button>
        )}
        {name && (
          <button
            type="button"
            className="button px-2 border-transparent text-muted hover:bg-sunken hover:text-ink"
            aria-disabled={!mayStartOver}
            onClick={() => mayStartOver && controls.startOver()}
          >
            Start over
          </button>
        )}
      </div>
      {watching && run.flowId !== null && (
        <p className="mt-3 text-center text-sm">
          <a className="link" href={`/flows/${run.flowId}`}>
            This flow on a page of its own
          </a>
        </p>
      )}
      <BreakButtons busy={busy} onBreak={controls.breakIt} />
    </section>
  )
}

function WhoSignsIn({ signedInAs, stranger }: Visitor) {
  if (signedInAs !== null) {
    return (
      <p className="mt-3 rounded-lg bg-sunken px-3 py-2.5 text-sm text-pretty">
        You are signed in there as <bdi className="font-medium [overflow-wrap:anywhere]">{signedInAs}</bdi>. If you have
        allowed this client before, the server has nothing to ask, and leaves out steps 3 to 7.
      </p>
    )
  }
  if (!stranger) return null
  return (
    <dl className="mt-3 grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 gap-y-1 rounded-lg bg-sunken px-3 py-2.5 text-sm">
      <dt className="text-muted">Email</dt>
      <dd className="font-mono text-[13px] leading-5 select-all [overflow-wrap:anywhere]">{stranger.email}</dd>
      <dt className="text-muted">Password</dt>
      <dd className="font-mono text-[13px] leading-5 select-all">{stranger.password}</dd>
    </dl>
  )
}

function End({ run }: { run: Run }) {
  const whole = wholeTour.every((scene) => run.played.some(({ name, outcome }) => name === scene && outcome === "done"))
  return (
    <>
      <p className="text-xs font-medium text-accent">The end of this flow</p>
      <h2 className="mt-1 text-lg font-semibold tracking-tight text-balance">
        {whole ? "That is the whole life of a sign-in" : "Nothing more can come of it"}
      </h2>
      <p className="mt-2 text-sm text-muted text-pretty">
        {whole
          ? "Authorization, Introspection, Refresh, Revocation: you have seen all four flows. Open any arrow to see what it carried. Then break one, and see what holds."
          : "Open the step that failed to see why, and what a developer would do about it. Then start again, or break it in another way."}
      </p>
    </>
  )
}
