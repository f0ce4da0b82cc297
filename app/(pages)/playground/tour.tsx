"use client"

import { useRef, useSyncExternalStore } from "react"
import { FingerprintLight } from "../_components/flow/fingerprint"
import { FlowListener } from "./flow-listener"
import { NextCard, type Visitor } from "./next-card"
import { Storyboard } from "./storyboard"
import { TourHead } from "./tour-head"
import { useKeepInView } from "./use-keep-in-view"
import { useTour } from "./use-tour"

type Props = Visitor & {
  issuer: string
  /** Whether this browser may see the flows: else there is only the client's side to look at. */
  watching: boolean
}

/** The guided tour: a client in this page plays the flows scene by scene, and beside each the server's steps draw themselves. */
export function Tour(props: Props) {
  // The server knows neither what the tab's storage holds nor by which name the browser reached it.
  const inBrowser = useSyncExternalStore(
    () => () => {},
    () => true,
    () => false,
  )
  const elsewhere = inBrowser && location.origin !== props.issuer
  return (
    <main className="mx-auto max-w-[90rem] px-4 pt-6 pb-10 sm:px-6">
      <TourHead {...props} elsewhere={elsewhere} />
      {inBrowser && !elsewhere && <Stage {...props} />}
    </main>
  )
}

function Stage({ issuer, watching, ...visitor }: Props) {
  const { run, busy, stray, shown, controls, hear, news } = useTour(issuer, watching)
  const buttons = useRef<HTMLDivElement>(null)
  useKeepInView(buttons, shown.length + run.played.length, run.played.length)
  return (
    <FingerprintLight recorded={shown}>
      {watching && run.flowId !== null && <FlowListener key={run.flowId} flowId={run.flowId} onRecorded={hear} />}
      {stray && (
        <p role="alert" className="mt-6 rounded-lg bg-danger-soft px-3.5 py-3 font-medium text-danger">
          {stray}
        </p>
      )}
      <Storyboard run={run} shown={shown} watching={watching}>
        <NextCard run={run} busy={busy} watching={watching} controls={controls} buttons={buttons} {...visitor} />
      </Storyboard>
      <p className="sr-only" aria-live="polite">
        {news}
      </p>
    </FingerprintLight>
  )
}
