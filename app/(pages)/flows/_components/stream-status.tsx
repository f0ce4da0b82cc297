import type { StreamState } from "../../_components/flow/use-stream"

const labels: Record<StreamState, string> = {
  connecting: "Connecting",
  live: "Live",
  ended: "Your access has expired",
}

/** Whether the page receives new requests. */
export function StreamStatus({ state }: { state: StreamState }) {
  return (
    <span className="inline-flex items-center gap-2 text-sm text-muted print:hidden">
      <span className="live-dot" data-off={state !== "live" || undefined} aria-hidden="true" />
      <span role="status">{labels[state]}</span>
      {state === "ended" && (
        <a className="link" href="/flows">
          Get access
        </a>
      )}
    </span>
  )
}
