import type { Outcome } from "@/lib/flows/progress"

const looks: Record<Outcome, string> = {
  ok: "bg-accent-soft text-accent",
  failed: "bg-danger-soft text-danger",
  "under way": "bg-sunken text-muted",
}

/** How a flow ended, or that it has not. */
export function OutcomePill({ outcome }: { outcome: Outcome }) {
  return (
    <span
      className={`inline-flex items-center gap-1.5 rounded-full px-2.5 py-0.5 text-sm font-medium whitespace-nowrap ${looks[outcome]}`}
    >
      <svg viewBox="0 0 12 12" className="size-3 fill-none stroke-current stroke-2" aria-hidden="true">
        {outcome === "ok" && <path d="M1.5 6.5 L4.5 9.5 L10.5 2.5" />}
        {outcome === "failed" && <path d="M2 2 L10 10 M10 2 L2 10" />}
        {outcome === "under way" && <circle cx="6" cy="6" r="4" strokeDasharray="4 3" />}
      </svg>
      {outcome}
    </span>
  )
}
