import { log } from "@/lib/log"
import { perProcess } from "@/lib/per-process"
import type { OAuthError } from "@/lib/protocol/errors"
import { generateTimeOrderedId } from "@/lib/protocol/random"
import { findEntryStep, type StepName } from "./diagrams"
import type { RequestEvent, StepEvent } from "./events"
import type { Facts } from "./facts"

/** Receives the requests of flows. */
export type Listener = {
  /** Called when a request starts. A request that no listener wants is not recorded. */
  wants(): boolean
  take(event: RequestEvent): void
}

const listeners = perProcess<Listener[]>("flow-listeners")

/** Adds a listener for the requests that start from now on. */
export function addFlowListener(listener: Listener): void {
  listeners.value = [...(listeners.value ?? []), listener]
}

/** Without the description, because some descriptions contain a value of the request. */
type Failed = Pick<OAuthError, "reason"> & Partial<Pick<OAuthError, "code">>

type Step = Omit<StepEvent, "durationMs">

/**
 * The steps of one request in a flow. Services report each step as they take it. A step ends when the next one starts. After
 * the response, the listeners receive the request as one event.
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

  /**
   * @param method and `path`: of the request
   * @param findAddress returns the network address that the request came from
   */
  constructor(
    private readonly method: string,
    private readonly path: string,
    private readonly findAddress: () => string | null = () => null,
  ) {}

  /** From where the request came, for the audit log. */
  get source(): { address: string | null; flowId: string } {
    return { address: this.findAddress(), flowId: this.id }
  }

  /** The same for what the client does itself. */
  get clientSource() {
    return { actor: "client", address: this.findAddress(), flowId: this.id } as const
  }

  /** The flow's id: the one it joined, or a new one. The same in every request of the flow, and the id of its Session. */
  get id(): string {
    this.ownId ??= generateTimeOrderedId(new Date())
    return this.ownId
  }

  /** Assigns the request to this flow. Call it only when the caller may learn the id: the response contains it. */
  join(id: string): void {
    if (this.joined) return
    this.joined = true
    this.ownId = id
  }

  /** Uses another id in the response, for responses that must reveal nothing. The request is recorded under its own id. */
  conceal(): void {
    this.namedAs = generateTimeOrderedId(new Date())
  }

  /** The id for the response. */
  get publicId(): string {
    return this.namedAs ?? this.id
  }

  /** Starts a step and ends the previous one. @param facts the data to show; called only when the step is recorded */
  step(name: StepName, facts?: () => Facts): void {
    if (!this.listening) return
    this.steps.push({ name, at: this.now(), facts: facts ? gather(facts) : {}, failure: null })
  }

  /** Adds data to the current step. */
  note(facts: () => Facts): void {
    const step = this.steps.at(-1)
    if (step) Object.assign(step.facts, gather(facts))
  }

  /** Sets the client and the user of the flow, once they are verified. */
  concerns(facts: { clientId?: string; userId?: string | null }): void {
    if (facts.clientId !== undefined) this.concerned.clientId = facts.clientId
    if (facts.userId !== undefined) this.concerned.userId = facts.userId
  }

  /** Marks the current step as failed. The flow can continue with another request. */
  fail({ reason, code }: Failed): void {
    if (!this.listening) return
    const entry = this.steps.length === 0 ? findEntryStep(this.path) : null
    if (entry) this.step(entry)
    const step = this.steps.at(-1)
    if (step) step.failure = { reason, ...(code && { code }) }
  }

  /** Reports the request to the listeners. @param status of the response */
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
