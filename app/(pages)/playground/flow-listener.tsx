import type { Recorded } from "@/lib/flows/recorded-flow"
import { useStream } from "../_components/flow/use-stream"

type Props = { flowId: string; onRecorded: (added: Recorded[]) => void }

/** Receives the requests of a flow, from its first, as the server records them. Renders nothing. */
export function FlowListener({ flowId, onRecorded }: Props) {
  useStream(() => `/flows/${encodeURIComponent(flowId)}/stream`, {
    flow: (data) => onRecorded((data as { recorded: Recorded[] }).recorded),
  })
  return null
}
