import "./globals.css"
import type { Metadata, Viewport } from "next"
import type { ReactNode } from "react"
import { config } from "@/lib/config"
import { description } from "./description"

// Each response has its own nonce, and pages of a sign-in service must not be cached.
export const dynamic = "force-dynamic"

export function generateMetadata(): Metadata {
  return {
    metadataBase: new URL(config().issuer),
    title: { default: "OAuth Flow", template: "%s · OAuth Flow" },
    description,
    icons: { icon: { url: "/icon.svg", type: "image/svg+xml" }, apple: "/apple-touch-icon.png" },
    openGraph: { title: "OAuth Flow", description, type: "website", images: "/og-image.png" },
    robots: { index: false },
    formatDetection: { telephone: false, date: false, address: false, email: false },
  }
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
