import "./globals.css"
import type { Metadata, Viewport } from "next"
import type { ReactNode } from "react"

// Each page carries the nonce of its own answer, and pages of a sign-in service are nobody's to keep.
export const dynamic = "force-dynamic"

export const metadata: Metadata = {
  title: { default: "OAuth Flow", template: "%s · OAuth Flow" },
  description: "The sign-in service of a team: an OAuth 2.1 authorization server and OpenID Provider.",
  icons: { icon: { url: "/icon.svg", type: "image/svg+xml" } },
  robots: { index: false },
  formatDetection: { telephone: false, date: false, address: false, email: false },
}

export const viewport: Viewport = {
  themeColor: [
    { media: "(prefers-color-scheme: light)", color: "#f5f7f5" },
    { media: "(prefers-color-scheme: dark)", color: "#0d1211" },
  ],
}

export default function RootLayout({ children }: { children: ReactNode }) {
  return (
    <html lang="en">
      <body className="font-sans antialiased">{children}</body>
    </html>
  )
}
