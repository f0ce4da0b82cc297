import { useState } from "react"
import { appendRecorded, type FlowRecord, type FlowSummary, type Recorded } from "@/lib/flows/recorded-flow"
import { useStream } from "../../_components/flow/use-stream"

/** The current state of a flow: the loaded requests and the ones that the stream sent. */
export function useFlow(flow: FlowRecord) {
  const [recorded, setRecorded] = useState(flow.recorded)
  const [summary, setSummary] = useState<FlowSummary>(flow)
  const [watchedSince] = useState(() => newestSeq(flow.recorded))

  const stream = useStream(() => `/flows/${flow.id}/stream?after=${newestSeq(recorded)}`, {
    flow: (data) => {
      const sent = data as { flow: FlowSummary; recorded: Recorded[] }
      setSummary(sent.flow)
      setRecorded((before) => appendRecorded(before, sent.recorded))
    },
  })
  return { recorded, stream, watchedSince, summary }
}

const newestSeq = (recorded: Recorded[]) => Math.max(0, ...recorded.map(({ seq }) => seq))
