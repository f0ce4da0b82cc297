import { useMemo, useState } from "react"
import { updateSummary } from "@/lib/flows/progress"
import type { FlowRecord, FlowSummary, Recorded } from "@/lib/flows/record"
import { appendRecorded } from "@/lib/flows/sequence"
import { useStream } from "../_components/use-stream"

/** A flow as it is now: what was recorded of it, with what the streams bring. */
export function useFlow(flow: FlowRecord) {
  const [recorded, setRecorded] = useState(flow.recorded)
  const [summary, setSummary] = useState<FlowSummary>(flow)
  const [watchedSince] = useState(() => newestSeq(flow.recorded))

  const connected = useStream<Recorded[]>(
    () => `/flows/${flow.id}/stream?after=${newestSeq(recorded)}`,
    "recorded",
    (news) => setRecorded((before) => appendRecorded(before, news)),
  )
  // Who the client and the person are turns out on the way, and only the list's stream says it.
  const incomplete = summary.client === null || summary.person === null
  useStream<FlowSummary>(incomplete ? () => "/flows/stream" : null, "flow", (moved) => {
    if (moved.id === flow.id) setSummary(moved)
  })

  return {
    recorded,
    connected,
    watchedSince,
    summary: useMemo(() => updateSummary(summary, recorded), [summary, recorded]),
  }
}

function newestSeq(recorded: Recorded[]): number {
  return Math.max(0, ...recorded.map(({ seq }) => seq))
}
