import { Mark } from "../_components/mark"
import { PkcePictures } from "./pkce-pictures"

type Props = {
  issuer: string
  watching: boolean
  /** Whether the browser's address is not the issuer's. */
  wrongOrigin: boolean
}

/** What the tour is, and why it may not work here. */
export function TourHeader({ issuer, watching, wrongOrigin }: Props) {
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
      <div className="mt-4 grid gap-x-10 gap-y-4 lg:grid-cols-[minmax(0,26rem)_minmax(0,1fr)] lg:items-center">
        <div>
          <h1 className="text-2xl sm:text-3xl font-semibold tracking-tight">Watch a sign-in happen</h1>
          <p className="mt-2 text-muted text-pretty">
            This page is the client: an app that wants you to sign in. At each step you see what the app sends and what
            the server does with it, drawn live. The requests are real, and every arrow is drawn from what the running
            server reports.
          </p>
        </div>
        <PkcePictures />
      </div>
      {!watching && (
        <p className="mt-4 max-w-2xl rounded-lg bg-sunken px-3.5 py-3">
          This browser has no access to the flow inspector, so only the client's side is shown.
        </p>
      )}
      {wrongOrigin && (
        <p className="mt-4 max-w-2xl rounded-lg bg-danger-soft px-3.5 py-3 text-danger">
          This server's issuer is {issuer}. Take the tour at{" "}
          <a className="font-medium underline" href={`${issuer}/playground`}>
            {issuer}/playground
          </a>
          .
        </p>
      )}
      <noscript>
        <p className="mt-4 font-medium">The tour's client runs in the browser. Enable JavaScript to start.</p>
      </noscript>
    </header>
  )
}
