import type { ReactNode } from "react"
import { brandStylesheet } from "@/lib/brand"
import { config } from "@/lib/config"
import type { Texts } from "@/lib/i18n/texts"
import icon from "../public/icon.svg"
import { description } from "./description"

// The build replaces this expression with the stylesheet's path (lib/server/tooling/bundle.mjs).
const stylesheet = process.env.LIGHT_STYLESHEET

/** The HTML document of a light page, with the same head as app/layout.tsx. */
export function LightDocument({ texts, title, children }: { texts: Texts; title: string; children: ReactNode }) {
  const { issuer, BRAND_NAME, brandColors } = config()
  const fullTitle = title === BRAND_NAME ? title : `${title} · ${BRAND_NAME}`
  return (
    <html lang={texts.locale} dir={texts.dir}>
      <head>
        <meta charSet="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <meta name="description" content={description} />
        <meta name="format-detection" content="telephone=no, date=no, address=no, email=no" />
        <meta name="theme-color" media="(prefers-color-scheme: light)" content="#f5f7f5" />
        <meta name="theme-color" media="(prefers-color-scheme: dark)" content="#0d1211" />
        <meta property="og:title" content={fullTitle} />
        <meta property="og:description" content={description} />
        <meta property="og:type" content="website" />
        <meta property="og:image" content={`${issuer}/og-image.png`} />
        <title>{fullTitle}</title>
        <link rel="stylesheet" href={stylesheet} />
        {brandColors && <link rel="stylesheet" href={brandStylesheet(brandColors).path} />}
        <link rel="icon" href={icon} type="image/svg+xml" />
        <link rel="apple-touch-icon" href="/apple-touch-icon.png" />
      </head>
      <body className="font-sans antialiased">{children}</body>
    </html>
  )
}
