import type { StepName } from "./diagrams"
import type { Facts } from "./facts"

/** Why a step failed: the private reason, and the error code that the client received. */
export type Failure = { reason: string; code?: string }

/** A step that a service took. Times are in milliseconds, `at` since the epoch. It ends at the next step or the response. */
export type StepEvent = { name: StepName; at: number; durationMs: number; facts: Facts; failure: Failure | null }

/** A request of a flow with its steps. It is reported once, after the response: before that, its flow can be unknown. */
export type RequestEvent = {
  flowId: string
  /** False when the request was refused before its flow was known. It is then a flow of its own. */
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
