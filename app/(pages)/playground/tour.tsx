"use client"

import { useRef, useSyncExternalStore } from "react"
import { FingerprintLight } from "../_components/flow/fingerprint"
import { ActionBar } from "./action-bar"
import { FlowListener } from "./flow-listener"
import { NextCard, type Visitor } from "./next-card"
import { Stepper } from "./stepper"
import { Storyboard } from "./storyboard"
import { TourHeader } from "./tour-header"
import { useFollowNewest } from "./use-follow-newest"
import { useTour } from "./use-tour"
import { WithoutPkce } from "./without-pkce"

type Props = Visitor & {
  issuer: string
  /** Whether this browser may see the flow inspector. Otherwise only the client's side is shown. */
  watching: boolean
}

/** The guided tour: a client in this page plays the flows scene by scene, beside the server's steps. */
export function Tour(props: Props) {
  // Only the browser knows the tab's storage and the address it is at.
  const inBrowser = useSyncExternalStore(
    () => () => {},
    () => true,
    () => false,
  )
  const wrongOrigin = inBrowser && location.origin !== props.issuer
  return (
    <main className="mx-auto flex min-h-dvh max-w-[90rem] flex-col px-4 pt-5 sm:px-6">
      <TourHeader {...props} wrongOrigin={wrongOrigin} />
      {inBrowser && !wrongOrigin && <Stage {...props} />}
    </main>
  )
}

function Stage({ issuer, watching, ...visitor }: Props) {
  const { run, busy, strayResponse, shown, controls, addRecorded, announcement } = useTour(issuer, watching)
  const simulation = useRef<HTMLDialogElement>(null)
  const simulate = () => simulation.current?.showModal()
  useFollowNewest(run.played, shown)
  return (
    <FingerprintLight recorded={shown}>
      {watching && run.flowId !== null && (
        <FlowListener key={run.flowId} flowId={run.flowId} onRecorded={addRecorded} />
      )}
      <Stepper run={run} watching={watching} />
      {strayResponse && (
        <p role="alert" className="mt-4 rounded-lg bg-danger-soft px-3.5 py-3 font-medium text-danger">
          {strayResponse}
        </p>
      )}
      <Storyboard run={run} shown={shown} watching={watching} onSimulate={simulate}>
        <NextCard run={run} watching={watching} {...visitor} />
      </Storyboard>
      <ActionBar run={run} busy={busy} controls={controls} onSimulate={simulate} />
      <WithoutPkce ref={simulation} busy={busy} onTryWithPkce={() => controls.breakFlow("verifier")} />
      <p className="sr-only" aria-live="polite">
        {announcement}
      </p>
    </FingerprintLight>
  )
}
