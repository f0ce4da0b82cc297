import type { ReactNode } from "react"
import icon from "../public/icon.svg"

// The build replaces this name by the path of the stylesheet that it made (lib/server/tooling/bundle.mjs).
const stylesheet = process.env.LIGHT_STYLESHEET

/** The document around a light page: what app/layout.tsx is for the pages that Next renders. */
export function LightDocument({ title, children }: { title: string; children: ReactNode }) {
  return (
    <html lang="en">
      <head>
        <meta charSet="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <meta name="format-detection" content="telephone=no, date=no, address=no, email=no" />
        <meta name="theme-color" media="(prefers-color-scheme: light)" content="#f5f7f5" />
        <meta name="theme-color" media="(prefers-color-scheme: dark)" content="#0d1211" />
        <title>{title === "OAuth Flow" ? title : `${title} · OAuth Flow`}</title>
        <link rel="stylesheet" href={stylesheet} />
        <link rel="icon" href={icon} type="image/svg+xml" />
      </head>
      <body className="font-sans antialiased">{children}</body>
    </html>
  )
}
