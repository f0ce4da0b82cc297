import type { ReactNode } from "react"

type Props = { title: ReactNode; aside?: ReactNode; tone?: "plain" | "danger"; children: ReactNode }

/** A part of a step's detail. */
export function Panel({ title, aside, tone = "plain", children }: Props) {
  const look = tone === "danger" ? "border-danger/25 bg-danger-soft" : "border-line bg-surface"
  return (
    <section className={`rounded-xl border px-4 py-3.5 ${look}`}>
      <div className="mb-3 flex flex-wrap items-center justify-between gap-x-3 gap-y-1">
        <p className={`text-sm font-semibold ${tone === "danger" ? "text-danger" : ""}`}>{title}</p>
        {aside}
      </div>
      {children}
    </section>
  )
}
