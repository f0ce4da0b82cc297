import { Mark } from "../_components/mark"

type Props = {
  issuer: string
  watching: boolean
  /** Whether the browser is at another address than the issuer's. */
  elsewhere: boolean
}

/** What this page is, before anything was done. */
export function TourHead({ issuer, watching, elsewhere }: Props) {
  return (
    <header>
      <nav aria-label="OAuth Flow" className="flex items-center gap-4">
        <a href="/" className="inline-flex items-center gap-2.5 rounded-lg font-semibold tracking-tight">
          <Mark className="size-7" />
          OAuth Flow
        </a>
        {watching && (
          <a href="/flows" className="ms-auto rounded-sm font-medium text-muted hover:text-ink">
            All flows
          </a>
        )}
      </nav>
      <h1 className="mt-6 text-3xl font-semibold tracking-tight sm:text-4xl">Watch a sign-in happen</h1>
      <p className="mt-3 max-w-2xl text-muted text-pretty sm:text-lg">
        You play the client: an application that wants to know who its visitor is. Step by step you see what it does,
        and what the server does about it, drawn as it happens. Nothing is staged: the running server reports every
        arrow.
      </p>
      {!watching && (
        <p className="mt-4 max-w-2xl rounded-lg bg-sunken px-3.5 py-3">
          The flow inspector is not open to this browser, so there is only the client's side to see.
        </p>
      )}
      {elsewhere && (
        <p className="mt-4 max-w-2xl rounded-lg bg-danger-soft px-3.5 py-3 text-danger">
          This server's issuer is {issuer}, so the tour works only at{" "}
          <a className="font-medium underline" href={`${issuer}/playground`}>
            {issuer}/playground
          </a>
          .
        </p>
      )}
      <noscript>
        <p className="mt-4 font-medium">The tour's client runs in the browser, so it needs JavaScript.</p>
      </noscript>
    </header>
  )
}
