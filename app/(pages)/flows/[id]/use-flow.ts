import { useState } from "react"
import { appendRecorded, type FlowRecord, type FlowSummary, type Recorded } from "@/lib/flows/recorded-flow"
import { useStream } from "../../_components/flow/use-stream"

/** A flow as it is now: what was recorded of it, with what the stream brings. */
export function useFlow(flow: FlowRecord) {
  const [recorded, setRecorded] = useState(flow.recorded)
  const [summary, setSummary] = useState<FlowSummary>(flow)
  const [watchedSince] = useState(() => newestSeq(flow.recorded))

  const stream = useStream(() => `/flows/${flow.id}/stream?after=${newestSeq(recorded)}`, {
    flow: (data) => {
      const news = data as { flow: FlowSummary; recorded: Recorded[] }
      setSummary(news.flow)
      setRecorded((before) => appendRecorded(before, news.recorded))
    },
  })
  return { recorded, stream, watchedSince, summary }
}

const newestSeq = (recorded: Recorded[]) => Math.max(0, ...recorded.map(({ seq }) => seq))
