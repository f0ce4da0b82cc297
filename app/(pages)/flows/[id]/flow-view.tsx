"use client"

import { useRouter } from "next/navigation"
import { useMemo, useState } from "react"
import { updateSummary } from "@/lib/flows/progress"
import type { FlowRecord, Recorded } from "@/lib/flows/record"
import { appendRecorded } from "@/lib/flows/sequence"
import { FingerprintLight } from "../_components/fingerprint"
import { SequenceDiagram } from "../_components/sequence-diagram"
import { StepDetail } from "../_components/step-detail"
import { TopBar } from "../_components/top-bar"
import { useFollow } from "../_components/use-follow"
import { useStream } from "../_components/use-stream"
import { FlowHead } from "./flow-head"

/** A flow: its diagram, and beside it the step that is opened. What happens meanwhile is added as it happens. */
export function FlowView({ flow, now }: { flow: FlowRecord; now: number }) {
  const { recorded, connected, watchedSince } = useRecorded(flow)
  const [picked, setPicked] = useState<number | null>(null)
  const summary = useMemo(() => updateSummary(flow, recorded), [flow, recorded])
  const steps = useMemo(() => recorded.filter((item) => item.kind === "step"), [recorded])
  const shown =
    steps.find(({ seq }) => seq === picked) ?? steps.findLast(({ failure }) => failure !== null) ?? steps.at(-1)
  useFollow(recorded.length)

  const detail = (seq: number | undefined, heading: "h2" | "h4") => {
    const step = steps.find((item) => item.seq === seq)
    if (!step) return null
    const request = recorded.find((item) => item.kind === "request" && item.requestId === step.requestId)
    return <StepDetail step={step} request={request?.kind === "request" ? request : null} heading={heading} />
  }

  return (
    <FingerprintLight>
      <div className="mx-auto max-w-[96rem] px-4 pt-6 pb-16 sm:px-6">
        <TopBar />
        <main>
          <FlowHead flow={summary} connected={connected} now={now} />
          <div className="mt-6 grid items-start gap-6 xl:grid-cols-[minmax(0,1fr)_23rem] 2xl:grid-cols-[minmax(0,1fr)_27rem]">
            <section aria-labelledby="steps" className="card min-w-0 px-3 pb-4 sm:px-5">
              <h2 id="steps" className="sr-only">
                Steps
              </h2>
              {/* A step that nobody picked is opened only where it pushes nothing away. */}
              <SequenceDiagram
                recorded={recorded}
                selected={picked ?? shown?.seq ?? null}
                onSelect={(seq) => setPicked(seq === picked ? null : seq)}
                watchedSince={watchedSince}
              >
                {(seq) =>
                  seq === picked && (
                    <div className="my-2 rounded-xl bg-sunken p-4 sm:p-5 xl:hidden">{detail(seq, "h4")}</div>
                  )
                }
              </SequenceDiagram>
            </section>
            <aside
              aria-label="The opened step"
              // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
              tabIndex={0}
              className="hidden max-h-[calc(100dvh-3rem)] overflow-y-auto rounded-2xl bg-sunken p-5 xl:sticky xl:top-6 xl:block"
            >
              {detail(shown?.seq, "h2")}
            </aside>
          </div>
        </main>
      </div>
    </FingerprintLight>
  )
}

/** What was recorded of a flow, with what the stream brings. */
function useRecorded(flow: FlowRecord) {
  const router = useRouter()
  const [streamed, setStreamed] = useState<Recorded[]>([])
  const recorded = useMemo(() => appendRecorded(flow.recorded, streamed), [flow, streamed])
  const newest = recorded.at(-1)?.seq ?? 0
  const [watchedSince] = useState(newest)

  const connected = useStream<Recorded[]>(
    () => `/flows/${flow.id}/stream?after=${newest}`,
    "recorded",
    (news) => {
      setStreamed((before) => appendRecorded(before, news))
      // Who the client and the person are is known only after some requests, and to the server alone.
      const incomplete = flow.client === null || flow.person === null
      if (incomplete && news.some(({ kind }) => kind === "request")) router.refresh()
    },
  )
  return { recorded, connected, watchedSince }
}
