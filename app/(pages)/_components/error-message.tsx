"use client"

import { useState } from "react"
import { CardPage } from "./card-page"
import { Mark } from "./mark"

/**
 * The content of the error page. An error of the server has a reference, which is in its log too. An error in the browser
 * has a message, such as that a form could not be sent.
 */
export function ErrorMessage({ error, retry }: { error: unknown; retry: () => void }) {
  const reference = error instanceof Error && "digest" in error ? String(error.digest) : null
  const message = error instanceof Error && reference === null ? error.message : null
  const lead =
    reference === null
      ? "Something stopped this page from loading."
      : "The problem is on our side. Try again in a moment."
  return (
    <CardPage brand={<Mark className="size-7" />} title="Something went wrong" lead={<p>{lead}</p>}>
      {message && <p className="mb-6 rounded-lg bg-sunken px-3.5 py-3 [overflow-wrap:anywhere]">{message}</p>}
      <div className="grid gap-3">
        <button type="button" className="button button-primary" onClick={() => retry()}>
          Try again
        </button>
        <a className="button button-plain" href="/">
          Go to the home page
        </a>
      </div>
      {reference && <Reference id={reference} />}
    </CardPage>
  )
}

function Reference({ id }: { id: string }) {
  const [isCopied, setCopied] = useState(false)
  return (
    <p className="mt-5 text-center text-sm text-muted">
      Error reference: <code className="font-mono text-ink select-all [overflow-wrap:anywhere]">{id}</code>{" "}
      <button
        type="button"
        className="link"
        onClick={() => navigator.clipboard.writeText(id).then(() => setCopied(true))}
      >
        <span aria-live="polite">{isCopied ? "Copied" : "Copy"}</span>
      </button>
    </p>
  )
}
