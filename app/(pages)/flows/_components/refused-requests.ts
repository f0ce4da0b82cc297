import { formatReason } from "@/lib/flows/reasons"
import type { FlowSummary } from "@/lib/flows/recorded-flow"

/** Why a flow failed, or how many of its requests were refused, with the reason of the last one; null when none was. */
export function formatRefusedRequests({ outcome, refused, reason }: FlowSummary): string | null {
  const label = reason === null ? null : formatReason(reason)
  if (refused === 0) return outcome === "failed" ? (label ?? "Not finished in time") : null
  const count = refused === 1 ? "1 refused request" : `${refused} refused requests`
  return label === null ? count : `${count}: ${label}`
}
