type Props = { /** Whether only some flows were asked for. */ asked: boolean; issuer: string; demo: boolean }

/** What stands where the flows will be: how to make one appear. */
export function NoFlows({ asked, issuer, demo }: Props) {
  if (asked) {
    return (
      <section className="mt-5 rounded-2xl border border-dashed border-edge px-5 py-10 text-center">
        <h2 className="text-lg font-semibold">No such flow</h2>
        <p className="mt-1 text-muted text-pretty">
          Nothing that is kept here fits. One that does is shown as soon as it begins.
        </p>
        <a className="button button-plain mt-5" href="/flows">
          Show all flows
        </a>
      </section>
    )
  }
  return (
    <section className="mt-5 rounded-2xl border border-dashed border-edge px-5 py-10 sm:px-9">
      <h2 className="text-lg font-semibold">No flow yet</h2>
      <p className="mt-1 max-w-xl text-muted text-pretty">
        A flow begins when a client sends a browser to the authorization endpoint. Leave this page open: it appears here
        at once, and draws itself while you sign in.
      </p>
      <p className="mt-5 mb-1.5 text-sm font-medium text-muted">The authorization endpoint</p>
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
