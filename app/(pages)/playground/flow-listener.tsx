import type { Recorded } from "@/lib/flows/recorded-flow"
import { useStream } from "../_components/flow/use-stream"

type Props = { flowId: string; onRecorded: (news: Recorded[]) => void }

/** Receives what happens in a flow, from its beginning. It shows nothing by itself. */
export function FlowListener({ flowId, onRecorded }: Props) {
  useStream(() => `/flows/${encodeURIComponent(flowId)}/stream`, {
    flow: (news) => onRecorded((news as { recorded: Recorded[] }).recorded),
  })
  return null
}
