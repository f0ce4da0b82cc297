import "./globals.css"
import type { Metadata, Viewport } from "next"
import type { ReactNode } from "react"
import { brandStylesheet } from "@/lib/brand"
import { config } from "@/lib/config"
import { description } from "./description"

// Each response has its own nonce, and pages of a sign-in service must not be cached.
export const dynamic = "force-dynamic"

export function generateMetadata(): Metadata {
  const { issuer, BRAND_NAME } = config()
  return {
    metadataBase: new URL(issuer),
    title: { default: BRAND_NAME, template: `%s · ${BRAND_NAME}` },
    description,
    icons: { icon: { url: "/icon.svg", type: "image/svg+xml" }, apple: "/apple-touch-icon.png" },
    openGraph: { title: BRAND_NAME, description, type: "website", images: "/og-image.png" },
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
  const { brandColors } = config()
  return (
    <html lang="en">
      <body className="font-sans antialiased">
        {brandColors && <link rel="stylesheet" href={brandStylesheet(brandColors).path} precedence="brand" />}
        {children}
      </body>
    </html>
  )
}
