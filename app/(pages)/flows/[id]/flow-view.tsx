"use client"

import { useState } from "react"
import { byTime, type FlowRecord, isStep, lacksBegin, mostEvents, type RecordedStep } from "@/lib/flows/record"
import { FingerprintLight } from "../_components/fingerprint"
import { SequenceDiagram } from "../_components/sequence-diagram"
import { StepDetail } from "../_components/step-detail"
import { TopBar } from "../_components/top-bar"
import { useFollow } from "../_components/use-follow"
import { FlowHead } from "./flow-head"
import { useFlow } from "./use-flow"

/** A flow: its diagram, and beside it the step that is opened. What happens meanwhile is added as it happens. */
export function FlowView({ flow, now }: { flow: FlowRecord; now: number }) {
  const { summary, recorded, stream, watchedSince } = useFlow(flow)
  const [picked, setPicked] = useState<number | null>(null)
  const steps = recorded.filter(isStep)
  const pickedStep = steps.find(({ seq }) => seq === picked)
  const failed = inTime(steps).findLast(({ failure }) => failure !== null)
  const watched = inTime(steps).findLast(({ seq }) => seq > watchedSince)
  // When nobody picked one: where it failed, or else the newest that was watched.
  const chosen = summary.failure === null ? (watched ?? failed) : failed
  const shown = pickedStep ?? chosen ?? inTime(steps)[0]
  useFollow(recorded.length, picked === null)

  return (
    <FingerprintLight recorded={recorded}>
      <div className="mx-auto max-w-[96rem] px-4 pt-6 pb-16 sm:px-6">
        <TopBar />
        <main>
          <FlowHead flow={summary} failedSeq={failed?.seq ?? null} stream={stream} now={now} />
          {lacksBegin(summary, recorded) && (
            <p className="mt-4 text-sm text-muted text-pretty">
              The first steps of this flow are no longer shown: what is kept has its time, and a picture has room for
              the newest {mostEvents.toLocaleString("en")} steps and requests.
            </p>
          )}
          <div className="mt-6 grid items-start gap-6 xl:grid-cols-[minmax(0,1fr)_23rem] 2xl:grid-cols-[minmax(0,1fr)_27rem]">
            <section aria-labelledby="steps" className="card min-w-0 px-3 pb-4 sm:px-5">
              <h2 id="steps" className="sr-only">
                Steps
              </h2>
              <SequenceDiagram
                recorded={recorded}
                selected={shown?.seq ?? null}
                onSelect={(seq) => setPicked(seq === picked ? null : seq)}
                watchedSince={watchedSince}
              >
                {/* A step that nobody picked is opened only beside the diagram, where it pushes nothing away. */}
                {(seq) =>
                  pickedStep?.seq === seq && (
                    <div className="my-2 rounded-xl bg-sunken p-4 sm:p-5 xl:hidden">
                      <StepDetail step={pickedStep} recorded={recorded} heading="h4" />
                    </div>
                  )
                }
              </SequenceDiagram>
            </section>
            <aside
              // Another step is read from its beginning.
              key={shown?.seq}
              aria-label="The opened step"
              // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
              tabIndex={0}
              className="card hidden max-h-[calc(100dvh-3rem)] overflow-y-auto p-5 xl:sticky xl:top-6 xl:block"
            >
              {shown && <StepDetail step={shown} recorded={recorded} heading="h2" />}
            </aside>
          </div>
        </main>
      </div>
    </FingerprintLight>
  )
}

const inTime = (steps: RecordedStep[]) => steps.toSorted(byTime)
