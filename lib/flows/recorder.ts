import { type HrTime, SpanKind, SpanStatusCode } from "@opentelemetry/api"
import type { ReadableSpan, SpanProcessor } from "@opentelemetry/sdk-trace-base"
import { type FlowEvent, type RecordedFlow, recordFlows } from "@/lib/data/flows"
import { log } from "@/lib/log"
import type { RecordedFailure, RecordedRequest, RecordedStep } from "./record"
import { makeSequence } from "./sequence-number"

/** How long events wait to be stored together, in milliseconds. */
const gatherMs = 100

/**
 * One request beyond so many in a second is left out whole, for the flows come first.
 * @param perSecond of a process
 * @returns whether one more request may be recorded, asked once for each
 */
export function limitRequests(perSecond: number): () => boolean {
  let second = 0
  let requests = 0
  return () => {
    const now = Math.floor(Date.now() / 1000)
    if (now !== second) [second, requests] = [now, 0]
    return ++requests <= perSecond
  }
}

/** The longest facts that are kept of a step, in characters. */
const maxFacts = 8_192

type Event = { seq: number; flowId: string; at: number; durationMs: number; data: object; facts: Partial<RecordedFlow> }

const milliseconds = ([seconds, nanoseconds]: HrTime) => seconds * 1000 + nanoseconds / 1e6

/**
 * Stores the steps that services report, for the flow inspector: a listener among others. What it cannot store is lost,
 * and no flow notices.
 * @param mayRecord asked for each request
 */
export function recordSpans(mayRecord: () => boolean = () => true): SpanProcessor {
  let waiting: Event[] = []
  let storing: Promise<void> = Promise.resolve()
  const nextSeq = makeSequence()
  /** The requests that are being recorded, by their spans' ids. */
  const open = new Set<string>()

  function store(): Promise<void> {
    const events = waiting
    waiting = []
    if (events.length > 0) storing = storing.then(() => storeEvents(events))
    return storing
  }

  return {
    onStart(span) {
      if (span.kind === SpanKind.SERVER && mayRecord()) open.add(span.spanContext().spanId)
    },
    onEnd(span) {
      const requestId = span.parentSpanContext?.spanId ?? span.spanContext().spanId
      if (!open.has(requestId)) return
      if (span.kind === SpanKind.SERVER) open.delete(requestId)
      const length = waiting.push({ ...toEvent(span), seq: nextSeq() })
      if (length === 1) setTimeout(() => void store(), gatherMs).unref()
    },
    forceFlush: store,
    shutdown: store,
  }
}

async function storeEvents(events: Event[]): Promise<void> {
  const rows = events.map(({ seq, flowId, data }): FlowEvent => ({ seq, flowId, data: JSON.stringify(data) }))
  try {
    await recordFlows(rows, summarize(events))
  } catch (error) {
    log().warn({
      event: "flows_not_recorded",
      count: events.length,
      problem: error instanceof Error ? error.name : "unknown",
    })
  }
}

/** What the events say of their flows, one row for each. */
function summarize(events: Event[]): RecordedFlow[] {
  const flows = new Map<string, RecordedFlow>()
  for (const { flowId, at, durationMs, facts } of events) {
    const before = flows.get(flowId)
    const known = Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== null && value !== undefined))
    flows.set(flowId, {
      ...(before ?? { id: flowId, clientId: null, userId: null, lastStep: null, failure: null }),
      ...known,
      beganAt: new Date(Math.min(before?.beganAt.getTime() ?? at, at)),
      lastAt: new Date(Math.max(before?.lastAt.getTime() ?? 0, at + durationMs)),
    })
  }
  return [...flows.values()]
}

function toEvent(span: ReadableSpan): Omit<Event, "seq"> {
  const { attributes } = span
  const read = (name: string) => (attributes[name] === undefined ? null : String(attributes[name]))
  const flowId = read("oauth_flow.id") ?? ""
  const at = milliseconds(span.startTime)
  const durationMs = milliseconds(span.duration)
  const failure = readFailure(span)
  const diagram = read("oauth_flow.diagram")
  if (diagram === null) {
    const data: Omit<RecordedRequest, "seq" | "flowId"> = {
      kind: "request",
      requestId: span.spanContext().spanId,
      method: read("http.request.method") ?? "",
      path: read("url.path") ?? "",
      status: Number(attributes["http.response.status_code"] ?? 0),
      at,
      durationMs,
    }
    const facts = {
      clientId: read("oauth_flow.client_id"),
      userId: read("enduser.id"),
      failure: failure?.reason ?? "",
    }
    return { flowId, at, durationMs, data, facts }
  }
  const name = `${diagram}.${read("oauth_flow.step")}` as RecordedStep["name"]
  const data: Omit<RecordedStep, "seq" | "flowId"> = {
    kind: "step",
    requestId: span.parentSpanContext?.spanId ?? "",
    name,
    at,
    durationMs,
    facts: readFacts(read("oauth_flow.facts")),
    failure,
  }
  return { flowId, at, durationMs, data, facts: { lastStep: name } }
}

function readFailure({ status, attributes }: ReadableSpan): RecordedFailure | null {
  if (status.code !== SpanStatusCode.ERROR) return null
  const code = attributes["oauth_flow.error"]
  return { reason: status.message ?? "unexpected", ...(code !== undefined && { code: String(code) }) }
}

function readFacts(facts: string | null): RecordedStep["facts"] {
  if (facts === null) return {}
  if (facts.length > maxFacts) return { not_shown: "too long" }
  try {
    return JSON.parse(facts)
  } catch {
    // OpenTelemetry's own limits cut attributes short, where its variables set some.
    return { not_shown: "cut short" }
  }
}
