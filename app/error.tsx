"use client"

import { ErrorMessage } from "./(pages)/_components/error-message"

/** Shown when a page fails. The cause is in the log of the server, under the reference shown. */
export default function ErrorPage({ error, retry }: { error: unknown; retry: () => void }) {
  return <ErrorMessage error={error} retry={retry} />
}
