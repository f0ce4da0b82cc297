import type { FlowOutcome } from "@/lib/data/flow-outcomes"
import type { StepName } from "./diagrams"
import type { RequestEvent, StepEvent } from "./events"

/** A request as it was recorded. Its `seq` grows with time, and is where a stream continues. */
export type Recorded = Pick<RequestEvent, "method" | "path" | "status" | "at" | "durationMs"> & {
  seq: number
  steps: RecordedStep[]
}

/** A step with an id that is unique among all flows. */
export type RecordedStep = StepEvent & { id: string }

/** How many requests of a flow are shown, the newest, and read at a time. */
export const maxRequests = 500

/** Compares by time. */
export const byTime = (a: Recorded, b: Recorded) => a.at - b.at || a.seq - b.seq

/** A flow in the list. Times are milliseconds since the epoch. */
export type FlowSummary = {
  id: string
  beganAt: number
  lastAt: number
  /** When an authorization in progress has failed, because its state token and its code have expired. */
  expiresAt: number
  client: { id: string; name: string } | null
  /** The email address of the person. */
  person: string | null
  /** The last step that was reported. */
  lastStep: StepName
  outcome: FlowOutcome
  /** How many requests were refused without deciding the outcome. */
  refused: number
  /** Why a request was refused last. */
  reason: string | null
}

/** A flow with what was recorded of it, in the order of time. */
export type FlowRecord = FlowSummary & { recorded: Recorded[] }

/** Puts what a stream brought to what is there, once each. */
export function appendRecorded(before: Recorded[], news: Recorded[]): Recorded[] {
  const known = new Set(before.map(({ seq }) => seq))
  const added = news.filter(({ seq }) => !known.has(seq))
  return added.length === 0 ? before : [...before, ...added].sort(byTime).slice(-maxRequests)
}

/** Whether the first requests of a flow are missing: they were swept, or there are too many. */
export function lacksFirstRequests({ beganAt }: FlowSummary, recorded: Recorded[]): boolean {
  // The flow's row has whole milliseconds.
  return !recorded.some(({ at }) => Math.floor(at) <= beganAt)
}
