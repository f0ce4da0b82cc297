import type { FlowOutcome } from "@/lib/data/flow-outcomes"
import type { StepName } from "./diagrams"
import type { RequestEvent, StepEvent } from "./events"

/** A recorded request. Its `seq` grows with time; a stream continues after the last one it sent. */
export type Recorded = Pick<RequestEvent, "method" | "path" | "status" | "at" | "durationMs"> & {
  seq: number
  steps: RecordedStep[]
}

/** A step with an id that is unique among all flows. */
export type RecordedStep = StepEvent & { id: string }

/** How many requests of a flow a page shows (the newest ones), and how many are read at a time. */
export const maxRequests = 500

export const byTime = (a: Recorded, b: Recorded) => a.at - b.at || a.seq - b.seq

/** A flow in the list. Times are milliseconds since the epoch. */
export type FlowSummary = {
  id: string
  startedAt: number
  lastAt: number
  /** When an authorization that is still in progress has failed, because its state token and its code have expired. */
  expiresAt: number
  client: { id: string; name: string } | null
  /** The email address of the user. */
  person: string | null
  /** The last reported step. */
  lastStep: StepName
  outcome: FlowOutcome
  /** How many requests were refused, not counting one that decided the outcome. */
  refused: number
  /** Why the last refused request was refused. */
  reason: string | null
}

/** A flow with its recorded requests, in order of time. */
export type FlowRecord = FlowSummary & { recorded: Recorded[] }

/** Adds the requests that a stream sent. One that is already there is not added again. */
export function appendRecorded(before: Recorded[], sent: Recorded[]): Recorded[] {
  const known = new Set(before.map(({ seq }) => seq))
  const added = sent.filter(({ seq }) => !known.has(seq))
  return added.length === 0 ? before : [...before, ...added].sort(byTime).slice(-maxRequests)
}

/** Whether the first requests of a flow are missing: they were deleted by the sweep, or there are too many. */
export function lacksFirstRequests({ startedAt }: FlowSummary, recorded: Recorded[]): boolean {
  // The flow's row has whole milliseconds.
  return !recorded.some(({ at }) => Math.floor(at) <= startedAt)
}
