import type { ReactNode } from "react"

export const icons = { check: "M1.5 6.5 L4.5 9.5 L10.5 2.5", cross: "M2 2 L10 10 M10 2 L2 10" }
const tones = { good: "bg-accent-soft text-accent", bad: "bg-danger-soft text-danger", plain: "bg-sunken text-muted" }

type Props = { tone: keyof typeof tones /** A path in a square of 12. */; icon: string; children: ReactNode }

/** A result in one word, with an icon. */
export function Pill({ tone, icon, children }: Props) {
  return (
    <span
      className={`inline-flex items-center gap-1.5 rounded-full px-2.5 py-0.5 text-sm font-medium whitespace-nowrap ${tones[tone]}`}
    >
      <svg viewBox="0 0 12 12" className="size-3 fill-none stroke-current stroke-2" aria-hidden="true">
        <path d={icon} />
      </svg>
      {children}
    </span>
  )
}
