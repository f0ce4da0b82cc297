import type { ReactNode } from "react"
import { Mark } from "./mark"

type Props = {
  title: ReactNode
  /** The line under the title. */
  lead?: ReactNode
  children?: ReactNode
  /** Under the card, such as a link to another page. */
  below?: ReactNode
}

/** A page with one thing to do: a card in the middle, under the logo. lib/http/html-page.ts looks the same. */
export function NarrowPage({ title, lead, children, below }: Props) {
  return (
    <div className="flex min-h-dvh flex-col items-center px-4 py-8 sm:justify-center sm:py-14">
      <main className="w-full max-w-104">
        <div className="mb-5 flex items-center justify-center gap-2.5">
          <Mark className="size-7" />
          <span className="font-semibold tracking-tight">OAuth Flow</span>
        </div>
        <div className="card px-5 py-7 sm:px-9 sm:py-9">
          <h1 className="text-2xl font-semibold tracking-tight [overflow-wrap:anywhere]">{title}</h1>
          {lead && <div className="mt-1.5 text-muted">{lead}</div>}
          {children && <div className="mt-6">{children}</div>}
        </div>
        {below && <div className="mt-6 text-center text-muted">{below}</div>}
      </main>
    </div>
  )
}
