"use client"

import { ErrorMessage } from "./(pages)/_components/error-message"

/** What a person sees when a page fails. The cause is in the server's log, under the number shown. */
export default function ErrorPage({ error, retry }: { error: unknown; retry: () => void }) {
  return <ErrorMessage error={error} retry={retry} />
}
