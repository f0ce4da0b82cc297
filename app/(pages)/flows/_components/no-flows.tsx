type Props = {
  isFiltered: boolean
  /** Whether a new flow can appear in this list. */
  canGrow: boolean
  issuer: string
  demo: boolean
}

/** The empty list: why it is empty, and how to make a flow appear. */
export function NoFlows({ isFiltered, canGrow, issuer, demo }: Props) {
  if (isFiltered) {
    return (
      <section className="mt-5 rounded-2xl border border-dashed border-edge px-5 py-10 text-center">
        <h2 className="text-lg font-semibold">No matching flows</h2>
        <p className="mt-1 text-muted text-pretty">
          {canGrow ? "New flows that match appear here as they start." : "Try a shorter search or another time range."}
        </p>
        <a className="button button-plain mt-5" href="/flows">
          Show all flows
        </a>
      </section>
    )
  }
  return (
    <section className="mt-5 rounded-2xl border border-dashed border-edge px-5 py-10 sm:px-9">
      <h2 className="text-lg font-semibold">No flows yet</h2>
      <p className="mt-1 max-w-xl text-muted text-pretty">
        A sign-in flow starts when a client sends a browser to the authorization endpoint. Keep this page open: the flow
        appears here as soon as it starts.
      </p>
      <p className="mt-5 mb-1.5 text-sm font-medium text-muted">Authorization endpoint</p>
      <p className="rounded-lg bg-sunken px-4 py-3 font-mono text-sm select-all [overflow-wrap:anywhere]">
        {issuer}/authorize
      </p>
      {demo && (
        <a className="button button-primary mt-5" href="/playground" target="_blank" rel="noopener">
          Start one in the playground
        </a>
      )}
    </section>
  )
}
