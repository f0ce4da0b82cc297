import { log } from "@/lib/log"
import { perProcess } from "@/lib/per-process"
import type { OAuthError } from "@/lib/protocol/errors"
import { generateTimeOrderedId } from "@/lib/protocol/random"
import { findEntryStep, type StepName } from "./diagrams"
import type { RequestEvent, StepEvent } from "./events"
import type { Facts } from "./facts"

/** Takes what requests do in their flows. */
export type Listener = {
  /** Called when a request begins. Nothing is noted of a request that no listener wants. */
  wants(): boolean
  take(event: RequestEvent): void
}

const listeners = perProcess<Listener[]>("flow-listeners")

/** Reports requests that begin from now on to this listener too. */
export function addFlowListener(listener: Listener): void {
  listeners.value = [...(listeners.value ?? []), listener]
}

/** The description is left out, because some contain a value of the request. */
type Failed = Pick<OAuthError, "reason"> & Partial<Pick<OAuthError, "code">>

type Step = Omit<StepEvent, "durationMs">

/**
 * What one request does in a flow. Services report steps as they take them; a step lasts until the next one. The request
 * is reported to the listeners as one event when it has been answered.
 */
export class Flow {
  private readonly listeners = listeners.value?.filter((listener) => safely(() => listener.wants()))
  private readonly listening = this.listeners !== undefined && this.listeners.length > 0
  private readonly startedAt = this.listening ? Date.now() : 0
  private readonly startedMs = this.listening ? performance.now() : 0
  private readonly steps: Step[] = []
  private readonly concerned = { clientId: null as string | null, userId: null as string | null }
  private ownId: string | null = null
  private namedAs: string | null = null
  private joined = false

  /** @param method and `path`: of the request */
  constructor(
    private readonly method: string,
    private readonly path: string,
  ) {}

  /** The flow's id: the one it joined, or a new one. The same in every request of the flow, and the id of its Session. */
  get id(): string {
    this.ownId ??= generateTimeOrderedId(new Date())
    return this.ownId
  }

  /** The request belongs to this flow. Call it once the caller may know that: the answer names the flow. */
  join(id: string): void {
    if (this.joined) return
    this.joined = true
    this.ownId = id
  }

  /** Keeps the flow's id out of an answer that reveals nothing else either. It is recorded under its id. */
  conceal(): void {
    this.namedAs = generateTimeOrderedId(new Date())
  }

  /** The id that the answer may name. */
  get publicId(): string {
    return this.namedAs ?? this.id
  }

  /** A step begins, and with it the one before ends. @param facts what to show of it; called only when it is recorded */
  step(name: StepName, facts?: () => Facts): void {
    if (!this.listening) return
    this.steps.push({ name, at: this.now(), facts: facts ? gather(facts) : {}, failure: null })
  }

  /** More to show of the present step. */
  note(facts: () => Facts): void {
    const step = this.steps.at(-1)
    if (step) Object.assign(step.facts, gather(facts))
  }

  /** Whose flow it is, once that is certain. */
  concerns(facts: { clientId?: string; userId?: string }): void {
    if (facts.clientId !== undefined) this.concerned.clientId = facts.clientId
    if (facts.userId !== undefined) this.concerned.userId = facts.userId
  }

  /** The present step failed. The flow itself may go on with another request. */
  fail({ reason, code }: Failed): void {
    if (!this.listening) return
    const entry = this.steps.length === 0 ? findEntryStep(this.path) : null
    if (entry) this.step(entry)
    const step = this.steps.at(-1)
    if (step) step.failure = { reason, ...(code && { code }) }
  }

  /** The request has been answered. @param status of the answer */
  end(status: number): void {
    if (this.steps.length === 0) return
    const endedAt = this.now()
    const event: RequestEvent = {
      flowId: this.id,
      joined: this.joined,
      ...this.concerned,
      method: this.method,
      path: this.path,
      status,
      at: this.startedAt,
      durationMs: endedAt - this.startedAt,
      steps: this.steps.map((step, i) => ({ ...step, durationMs: (this.steps[i + 1]?.at ?? endedAt) - step.at })),
    }
    for (const listener of this.listeners ?? []) safely(() => listener.take(event))
  }

  /** Milliseconds since the epoch, with fractions. */
  private now(): number {
    return this.startedAt + performance.now() - this.startedMs
  }
}

/** Telemetry must never break a request. */
function gather(facts: () => Facts): Facts {
  try {
    return facts()
  } catch (error) {
    return { not_shown: error instanceof Error ? error.name : "unknown" }
  }
}

/** A listener that throws must not fail the request. */
function safely<Result>(call: () => Result): Result | undefined {
  try {
    return call()
  } catch (error) {
    log().warn({ event: "flow_listener_failed", problem: error instanceof Error ? error.name : "unknown" })
    return undefined
  }
}
