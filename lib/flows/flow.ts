import { randomBytes } from "node:crypto"
import {
  type Attributes,
  type Context,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from "@opentelemetry/api"
import type { IdGenerator } from "@opentelemetry/sdk-trace-base"
import type { OAuthError } from "@/lib/protocol/errors"
import { generateTimeOrderedId } from "@/lib/protocol/random"
import { findEntryStep, findStep, type StepName } from "./diagrams"
import type { Facts } from "./facts"

export const tracerName = "oauth-flow"

const holder = globalThis as typeof globalThis & { oauthFlowListening?: () => boolean; oauthFlowTraceId?: string }

/**
 * Says that spans are listened to in this process. Until then a step is not even looked at.
 * @param wanted asked at the beginning of each request whether its steps are
 */
export function listen(wanted: () => boolean = () => true): void {
  holder.oauthFlowListening = wanted
}

type Reported = { name: StepName; at: number; facts: Facts; failure?: Failure; span?: Span }
/** Not the description: some have a value of the request in them. */
type Failure = Pick<OAuthError, "reason"> & Partial<Pick<OAuthError, "code">>

let origin = performance.timeOrigin

/** Milliseconds since the epoch, with fractions. */
const now = () => origin + performance.now()

/** The clock with fractions does not notice when a machine sleeps, or when its time is set. */
function setClock(): void {
  const drift = Date.now() - now()
  if (Math.abs(drift) > 2) origin += drift
}

/**
 * What one request does of a flow. Its steps become spans of OpenTelemetry: one for the request, and in it one for each
 * step, which lasts until the next begins. All requests of a flow are one trace, whose id is the flow's.
 *
 * A step may be reported before it is known which flow the request belongs to, so steps wait for `join`, or for the end.
 */
export class Flow {
  private readonly listening = holder.oauthFlowListening?.() ?? false
  private readonly beganAt: number = 0
  private readonly steps: Reported[] = []
  private ownId: string | null = null
  private namedAs: string | null = null
  private joined = false
  private request: { span: Span; context: Context } | null = null
  private readonly about: Attributes = {}

  /** @param method and `path`: of the request */
  constructor(
    private readonly method: string,
    private readonly path: string,
  ) {
    if (!this.listening) return
    setClock()
    this.beganAt = now()
  }

  /** The flow's id: the one it joined, or a new one. The same in every request of the flow, and the id of its Session. */
  get id(): string {
    this.ownId ??= generateTimeOrderedId(new Date())
    return this.ownId
  }

  /**
   * From here on the request belongs to this flow. To be called once it is certain that whoever asks may know so: the
   * answer names the flow.
   */
  join(id: string): void {
    if (this.joined) return
    this.joined = true
    this.ownId = id
    if (this.listening) this.flush(now())
  }

  /**
   * The answer is not to name the flow, because it tells nothing else either. What is recorded does.
   */
  conceal(): void {
    this.namedAs = generateTimeOrderedId(new Date())
  }

  /** The id that the answer may name. */
  get publicId(): string {
    return this.namedAs ?? this.id
  }

  /** A step begins, and with it the one before ends. @param facts what to show of it; asked for when somebody listens */
  step(name: StepName, facts?: () => Facts): void {
    if (!this.listening) return
    const at = now()
    this.steps.push({ name, at, facts: facts ? gather(facts) : {} })
    if (this.joined) this.flush(at)
  }

  /** More to show of the present step. */
  note(facts: () => Facts): void {
    if (!this.listening) return
    const step = this.steps.at(-1)
    if (step) Object.assign(step.facts, gather(facts))
  }

  /** Whose flow it is, once that is certain. */
  concerns({ clientId, userId }: { clientId?: string; userId?: string }): void {
    if (!this.listening) return
    if (clientId !== undefined) this.about["oauth_flow.client_id"] = clientId
    if (userId !== undefined) this.about["enduser.id"] = userId
  }

  /** The present step failed. The flow itself may go on with another request. */
  fail(failure: Failure): void {
    if (!this.listening) return
    const entry = this.steps.length === 0 ? findEntryStep(this.path) : null
    if (entry) this.step(entry)
    const step = this.steps.at(-1)
    if (step) step.failure = failure
  }

  /** The request has been answered. @param status of the answer */
  end(status: number): void {
    if (!this.listening || this.steps.length === 0) return
    const at = now()
    this.flush(at)
    for (const step of this.steps) endStep(step, at)
    const { span } = this.request as { span: Span }
    span.setAttributes({ ...this.about, "http.response.status_code": status })
    const failure = this.steps.at(-1)?.failure
    if (failure) setFailure(span, failure)
    span.end(at)
  }

  /** Makes spans of the steps that have none yet. */
  private flush(at: number): void {
    const tracer = trace.getTracer(tracerName)
    this.request ??= this.startRequest()
    const { context } = this.request
    for (const [i, step] of this.steps.entries()) {
      const { text } = findStep(step.name)
      step.span ??= tracer.startSpan(text, { startTime: step.at, attributes: this.attributesOf(step) }, context)
      const next = this.steps[i + 1]
      if (next) endStep(step, next.at ?? at)
    }
  }

  private startRequest(): { span: Span; context: Context } {
    holder.oauthFlowTraceId = Buffer.from(this.id, "base64url").toString("hex")
    const span = trace.getTracer(tracerName).startSpan(
      `${this.method} ${this.path}`,
      {
        kind: SpanKind.SERVER,
        startTime: this.beganAt,
        attributes: {
          "http.request.method": this.method,
          "url.path": this.path,
          "oauth_flow.id": this.id,
        },
      },
      ROOT_CONTEXT,
    )
    holder.oauthFlowTraceId = undefined
    return { span, context: trace.setSpan(ROOT_CONTEXT, span) }
  }

  private attributesOf({ name }: Reported): Attributes {
    const { diagram, number, from, to } = findStep(name)
    return {
      "oauth_flow.id": this.id,
      "oauth_flow.diagram": diagram,
      "oauth_flow.step": name.slice(diagram.length + 1),
      ...(number !== null && { "oauth_flow.number": number }),
      "oauth_flow.from": from,
      "oauth_flow.to": to,
    }
  }
}

/** Whoever watches a flow must not be able to fail it. */
function gather(facts: () => Facts): Facts {
  try {
    return facts()
  } catch (error) {
    return { not_shown: error instanceof Error ? error.name : "unknown" }
  }
}

function endStep({ span, facts, failure }: Reported, at: number): void {
  if (!span?.isRecording()) return
  if (Object.keys(facts).length > 0) span.setAttribute("oauth_flow.facts", JSON.stringify(facts))
  if (failure) setFailure(span, failure)
  span.end(at)
}

function setFailure(span: Span, { reason, code }: Failure): void {
  span.setStatus({ code: SpanStatusCode.ERROR, message: reason })
  span.setAttribute("error.type", reason)
  if (code) span.setAttribute("oauth_flow.error", code)
}

/**
 * Makes the ids of spans and traces. All requests of a flow are in one trace, whose id is the flow's: both have 128 bits.
 * A request is a root of it, since no span lasts as long as a flow, so that samplers decide by the trace as they do elsewhere.
 */
export const flowIdGenerator: IdGenerator = {
  generateTraceId: () => holder.oauthFlowTraceId ?? randomBytes(16).toString("hex"),
  generateSpanId: () => randomBytes(8).toString("hex"),
}
