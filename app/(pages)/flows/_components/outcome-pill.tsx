import type { FlowSummary } from "@/lib/flows/recorded-flow"
import { icons, Pill } from "../../_components/flow/pill"

type Outcome = FlowSummary["outcome"]

/** The label and the look of each outcome. */
export const outcomeLooks = {
  "in progress": { label: "In progress", tone: "plain", icon: "M6 1 A5 5 0 1 1 5.99 1 M6 3.5 V6 L8 7" },
  succeeded: { label: "Succeeded", tone: "good", icon: icons.check },
  revoked: { label: "Revoked", tone: "plain", icon: "M2 6 H10" },
  denied: { label: "Denied", tone: "bad", icon: "M2 10 L10 2" },
  failed: { label: "Failed", tone: "bad", icon: icons.cross },
} as const satisfies Record<Outcome, object>

/** The outcome of a flow. */
export function OutcomePill({ outcome }: { outcome: Outcome }) {
  const { label, ...look } = outcomeLooks[outcome]
  return <Pill {...look}>{label}</Pill>
}
