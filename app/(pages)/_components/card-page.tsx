import type { ReactNode } from "react"

type Props = {
  /** The logo and the name, above the card. */
  brand: ReactNode
  title: ReactNode
  lead?: ReactNode
  children?: ReactNode
  below?: ReactNode
  footer?: ReactNode
  lang?: string
  dir?: "ltr" | "rtl"
}

/** The layout of a page with one card in the middle. lib/http/html-page.ts looks the same. */
export function CardPage({ brand, title, lead, children, below, footer, lang, dir }: Props) {
  return (
    <div lang={lang} dir={dir} className="flex min-h-dvh flex-col items-center px-4 py-8 sm:justify-center sm:py-14">
      <main className="w-full max-w-104">
        <div className="mb-5 flex items-center justify-center gap-2.5">{brand}</div>
        <div className="card px-5 py-7 sm:px-9 sm:py-9">
          <h1 className="text-2xl font-semibold tracking-tight [overflow-wrap:anywhere]">{title}</h1>
          {lead && <div className="mt-1.5 text-muted">{lead}</div>}
          {children && <div className="mt-6">{children}</div>}
        </div>
        {below && <div className="mt-6 text-center text-muted">{below}</div>}
      </main>
      {footer}
    </div>
  )
}
