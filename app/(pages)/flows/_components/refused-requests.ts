import { formatReason } from "@/lib/flows/reasons"
import type { FlowSummary } from "@/lib/flows/recorded-flow"

/** Why a flow failed, or how many of its requests were refused, and why the last of them was. */
export function formatRefusedRequests({ outcome, refused, reason }: FlowSummary): string | null {
  if (refused === 0) return outcome === "failed" ? formatReason(reason ?? "expired") : null
  const count = refused === 1 ? "1 refused request" : `${refused} refused requests`
  return reason === null ? count : `${count}: ${formatReason(reason)}`
}
