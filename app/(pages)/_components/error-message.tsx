"use client"

import { NarrowPage } from "./narrow-page"

/**
 * The error page's content: what to do now, and what helps to find the cause. A fault of the server has a number, which
 * its log has too; what failed in the browser, such as a form that did not get through, says so itself.
 */
export function ErrorMessage({ error, retry }: { error: unknown; retry: () => void }) {
  const number = error instanceof Error && "digest" in error ? String(error.digest) : null
  const message = error instanceof Error && number === null ? error.message : null
  const lead = number === null ? "The page could not go on." : "The fault is on our side. Please try again in a moment."
  return (
    <NarrowPage title="Something went wrong" lead={<p>{lead}</p>}>
      {message && <p className="mb-6 rounded-lg bg-sunken px-3.5 py-3 [overflow-wrap:anywhere]">{message}</p>}
      <div className="grid gap-3">
        <button type="button" className="button button-primary" onClick={() => retry()}>
          Try again
        </button>
        <a className="button button-plain" href="/">
          Go to the first page
        </a>
      </div>
      {number && <p className="mt-5 text-center text-sm text-muted">Number of this error: {number}</p>}
    </NarrowPage>
  )
}
