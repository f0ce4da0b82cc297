import type { StepName } from "./diagrams"
import type { Facts } from "./facts"

/** Why a step failed: the private reason, and the error code that the client received. */
export type Failure = { reason: string; code?: string }

/** A step that a service took. Times are milliseconds, `at` since the epoch. It lasts until the next step, or the answer. */
export type StepEvent = { name: StepName; at: number; durationMs: number; facts: Facts; failure: Failure | null }

/**
 * A request of a flow with its steps, reported once, when it has been answered: only then it is certain which flow the
 * steps belong to.
 */
export type RequestEvent = {
  flowId: string
  /** False when the request was refused before it was known which flow it belongs to. It is then a flow by itself. */
  joined: boolean
  clientId: string | null
  userId: string | null
  method: string
  path: string
  status: number
  at: number
  durationMs: number
  steps: StepEvent[]
}
