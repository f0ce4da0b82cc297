import type { Recorded } from "@/lib/flows/record"
import { useStream } from "../flows/_components/use-stream"

type Props = { flowId: string; onRecorded: (news: Recorded[]) => void }

/** Hears what happens in a flow, from its beginning on. It shows nothing by itself. */
export function FlowListener({ flowId, onRecorded }: Props) {
  useStream(() => `/flows/${encodeURIComponent(flowId)}/stream`, { recorded: (news) => onRecorded(news as Recorded[]) })
  return null
}
