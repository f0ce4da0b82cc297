import { useMemo, useState } from "react"
import { updateSummary } from "@/lib/flows/progress"
import type { FlowRecord, FlowSummary, Recorded } from "@/lib/flows/record"
import { appendRecorded } from "@/lib/flows/sequence"
import { useStream } from "../_components/use-stream"

/** A flow as it is now: what was recorded of it, with what the stream brings. */
export function useFlow(flow: FlowRecord) {
  const [recorded, setRecorded] = useState(flow.recorded)
  const [summary, setSummary] = useState<FlowSummary>(flow)
  const [watchedSince] = useState(() => newestSeq(flow.recorded))

  const stream = useStream(() => `/flows/${flow.id}/stream?after=${newestSeq(recorded)}`, {
    recorded: (news) => setRecorded((before) => appendRecorded(before, news as Recorded[])),
    // Who the client and the person are turns out on the way.
    flow: (moved) => setSummary(moved as FlowSummary),
  })

  return {
    recorded,
    stream,
    watchedSince,
    summary: useMemo(() => updateSummary(summary, recorded), [summary, recorded]),
  }
}

function newestSeq(recorded: Recorded[]): number {
  return recorded.reduce((newest, { seq }) => Math.max(newest, seq), 0)
}
