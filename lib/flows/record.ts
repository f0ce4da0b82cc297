import { isStepName, type StepName } from "./diagrams"
import type { Facts } from "./facts"

/** Why a step failed: the private reason, and the code that the client was told. */
export type RecordedFailure = { reason: string; code?: string }

/** A step that a service reported. Times are milliseconds, `at` since the epoch. */
export type RecordedStep = {
  kind: "step"
  /** Grows with what is recorded: where a stream goes on. */
  seq: number
  flowId: string
  /** The id of the request that it was part of. */
  requestId: string
  name: StepName
  at: number
  durationMs: number
  facts: Facts
  failure: RecordedFailure | null
}

/** A request of a flow, recorded after its steps. */
export type RecordedRequest = {
  kind: "request"
  seq: number
  flowId: string
  requestId: string
  method: string
  path: string
  status: number
  at: number
  durationMs: number
}

export type Recorded = RecordedStep | RecordedRequest

/** So many steps and requests of a flow are shown, the newest, and read at a time: no picture of more would help. */
export const mostEvents = 2_000

/** Whether this version knows what was recorded: another one may have stored it. */
export const isKnown = (recorded: Recorded): boolean => recorded.kind === "request" || isStepName(recorded.name)

export const isStep = (recorded: Recorded): recorded is RecordedStep => recorded.kind === "step"

/** Compares by time. */
export const byTime = (a: Recorded, b: Recorded) => a.at - b.at || a.seq - b.seq

/** A flow in the list. */
export type FlowSummary = {
  id: string
  beganAt: number
  lastAt: number
  client: { id: string; name: string } | null
  /** The email address of the person. */
  person: string | null
  /** The last step that was reported. */
  lastStep: StepName
  /** Why the last request failed; null when it did not. */
  failure: string | null
}

/** A flow with what was recorded of it, in the order of time. */
export type FlowRecord = FlowSummary & { recorded: Recorded[] }

/** Whether the flow began with something that is not among these: it was swept, or there are too many. */
export function lacksBegin({ beganAt }: FlowSummary, recorded: Recorded[]): boolean {
  const first = recorded.reduce((earliest, { at }) => Math.min(earliest, at), Number.POSITIVE_INFINITY)
  // Of a flow its row keeps whole milliseconds.
  return Math.floor(first) > beganAt
}
