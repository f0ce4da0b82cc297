import type { Reason } from "@/lib/protocol/errors"
import { type Mend, mends } from "./mends"

/** What is known of a reason that was recorded, maybe by another version of the server. */
export function findMend(reason: string): Mend {
  if (Object.hasOwn(mends, reason)) return mends[reason as Reason]
  return { why: `The step failed: ${sayReason(reason)}.`, mend: "The server's log has more, under this flow's id." }
}

/** A reason as words: `code verifier mismatch`. */
export function sayReason(reason: string): string {
  return reason.replaceAll("_", " ")
}
