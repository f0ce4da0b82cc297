import type { FlowSummary } from "@/lib/flows/record"

type Outcome = FlowSummary["outcome"]

/** How each outcome is named, coloured and drawn. */
export const outcomeLooks: Record<Outcome, { label: string; tone: string; icon: string }> = {
  "in progress": { label: "In progress", tone: "bg-sunken text-muted", icon: "M6 1 A5 5 0 1 1 5.99 1 M6 3.5 V6 L8 7" },
  succeeded: { label: "Succeeded", tone: "bg-accent-soft text-accent", icon: "M1.5 6.5 L4.5 9.5 L10.5 2.5" },
  revoked: { label: "Revoked", tone: "bg-sunken text-ink", icon: "M2 6 H10" },
  denied: { label: "Denied", tone: "bg-danger-soft text-danger", icon: "M2 10 L10 2" },
  failed: { label: "Failed", tone: "bg-danger-soft text-danger", icon: "M2 2 L10 10 M10 2 L2 10" },
}

/** What a flow's authorization came to. */
export function OutcomePill({ outcome }: { outcome: Outcome }) {
  const { label, tone, icon } = outcomeLooks[outcome]
  return (
    <span
      className={`inline-flex items-center gap-1.5 rounded-full px-2.5 py-0.5 text-sm font-medium whitespace-nowrap ${tone}`}
    >
      <svg viewBox="0 0 12 12" className="size-3 fill-none stroke-current stroke-2" aria-hidden="true">
        <path d={icon} />
      </svg>
      {label}
    </span>
  )
}
