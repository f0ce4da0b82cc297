import type { StreamState } from "../../_components/flow/use-stream"

const words: Record<StreamState, string> = {
  connecting: "Connecting",
  live: "Live",
  ended: "Your access has ended",
}

/** Whether what happens is shown as it happens. */
export function StreamStatus({ state }: { state: StreamState }) {
  return (
    <span role="status" className="inline-flex items-center gap-2 text-sm text-muted">
      <span className="live-dot" data-off={state !== "live" || undefined} aria-hidden="true" />
      {words[state]}
    </span>
  )
}
