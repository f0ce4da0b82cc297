/** Whether what happens is shown as it happens. */
export function Live({ connected }: { connected: boolean }) {
  return (
    <span role="status" className="inline-flex items-center gap-2 text-sm text-muted">
      <span className="live-dot" data-off={!connected || undefined} aria-hidden="true" />
      {connected ? "Live" : "Connecting"}
    </span>
  )
}
