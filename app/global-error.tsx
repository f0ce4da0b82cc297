"use client"

import "./globals.css"
import { ErrorMessage } from "./(pages)/_components/error-message"

/** Shown when the layout fails: it has its own html element. */
export default function GlobalErrorPage({ error, retry }: { error: unknown; retry: () => void }) {
  return (
    <html lang="en">
      <body className="font-sans antialiased">
        <title>Something went wrong · OAuth Flow</title>
        <ErrorMessage error={error} retry={retry} />
      </body>
    </html>
  )
}
