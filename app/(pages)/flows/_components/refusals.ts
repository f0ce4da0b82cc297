import { formatReason } from "@/lib/flows/error-help"
import type { FlowSummary } from "@/lib/flows/record"

/** Why a flow failed, or how many of its requests were refused, and why the last of them was. */
export function formatRefusals({ outcome, refused, reason }: FlowSummary): string | null {
  if (refused === 0) return outcome === "failed" ? formatReason(reason ?? "expired") : null
  const count = refused === 1 ? "1 refused request" : `${refused} refused requests`
  return reason === null ? count : `${count}: ${formatReason(reason)}`
}
