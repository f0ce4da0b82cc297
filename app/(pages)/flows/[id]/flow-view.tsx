"use client"

import { useState } from "react"
import { type FlowRecord, lacksFirstRequests, maxRequests } from "@/lib/flows/recorded-flow"
import { FingerprintLight } from "../../_components/flow/fingerprint"
import { FingerprintLegend } from "../../_components/flow/fingerprint-legend"
import { SequenceDiagram } from "../../_components/flow/sequence-diagram"
import { StepDetail } from "../../_components/flow/step-detail"
import { TopBar } from "../_components/top-bar"
import { useStickToEnd } from "../_components/use-stick-to-end"
import { FlowHead } from "./flow-head"
import { useFlow } from "./use-flow"

/** A flow: its diagram, and next to it the opened step. New requests are added as they arrive. */
export function FlowView({ flow, now }: { flow: FlowRecord; now: number }) {
  const { summary, recorded, stream, watchedSince } = useFlow(flow)
  const [picked, setPicked] = useState<string | null>(null)
  const steps = recorded.flatMap((request) => request.steps)
  const pickedStep = steps.find(({ id }) => id === picked)
  const failed = steps.findLast(({ failure }) => failure !== null)
  const watched = recorded.findLast(({ seq }) => seq > watchedSince)?.steps.at(-1)
  // Without a picked step: the failure of the newest request, or the newest step that arrived while the page was open.
  const newestFailed = recorded.at(-1)?.steps.findLast(({ failure }) => failure !== null)
  const shown = pickedStep ?? newestFailed ?? watched ?? failed ?? steps[0]
  useStickToEnd(recorded.length, picked === null)

  return (
    <FingerprintLight recorded={recorded}>
      <div className="mx-auto max-w-[96rem] px-4 pt-6 pb-16 sm:px-6">
        <TopBar />
        <main>
          <FlowHead flow={summary} failedId={failed?.id ?? null} stream={stream} now={now} />
          {lacksFirstRequests(summary, recorded) && (
            <p className="mt-4 text-sm text-muted text-pretty">
              Earlier steps aren't shown: they are deleted after some time, and this page shows the newest {maxRequests}{" "}
              requests.
            </p>
          )}
          <div className="mt-6 grid items-start gap-6 print:block xl:grid-cols-[minmax(0,1fr)_23rem] 2xl:grid-cols-[minmax(0,1fr)_27rem]">
            <section aria-labelledby="steps" className="card min-w-0 px-3 pb-4 sm:px-5">
              <h2 id="steps" className="sr-only">
                Steps
              </h2>
              <FingerprintLegend />
              <SequenceDiagram
                recorded={recorded}
                selected={shown?.id ?? null}
                onSelect={(id) => setPicked(id === picked ? null : id)}
                watchedSince={watchedSince}
              >
                {/* Only a picked step opens between the others: it moves them. */}
                {({ id }) =>
                  pickedStep?.id === id && (
                    <div className="my-2 rounded-xl bg-sunken p-4 sm:p-5 xl:hidden print:hidden">
                      <StepDetail step={pickedStep} recorded={recorded} heading="h4" />
                    </div>
                  )
                }
              </SequenceDiagram>
            </section>
            <aside
              // A new step is shown from its top.
              key={shown?.id}
              aria-label="Selected step"
              // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable region must be reachable by keyboard
              tabIndex={0}
              className="card hidden max-h-[calc(100dvh-3rem)] overflow-y-auto p-5 xl:sticky xl:top-6 xl:block print:static print:block print:max-h-none print:overflow-visible"
            >
              {shown && <StepDetail step={shown} recorded={recorded} heading="h2" />}
            </aside>
          </div>
        </main>
      </div>
    </FingerprintLight>
  )
}
