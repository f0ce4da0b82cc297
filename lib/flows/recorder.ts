import { randomInt } from "node:crypto"
import { type HrTime, SpanStatusCode } from "@opentelemetry/api"
import type { ReadableSpan, SpanProcessor } from "@opentelemetry/sdk-trace-base"
import { type FlowEvent, type RecordedFlow, recordFlows } from "@/lib/data/flows"
import { log } from "@/lib/log"
import type { RecordedFailure, RecordedRequest, RecordedStep } from "./record"

/** How long events wait to be stored together, in milliseconds. */
const gatherMs = 100

/** So many events a process records in a second; what comes beyond is not recorded, for the flows come first. */
const maxPerSecond = 1_000

/** The longest facts that are kept of a step, in characters. */
const maxFacts = 8_192

type Event = { seq: number; flowId: string; at: number; durationMs: number; data: object; facts: Partial<RecordedFlow> }

const milliseconds = ([seconds, nanoseconds]: HrTime) => seconds * 1000 + nanoseconds / 1e6

/**
 * Stores the steps that services report, for the flow inspector: a listener among others. What it cannot store is lost,
 * and no flow notices.
 */
export function recordSpans(): SpanProcessor {
  let waiting: Event[] = []
  let storing: Promise<void> = Promise.resolve()
  const nextSeq = makeSequence()
  let second = 0
  let inSecond = 0

  function mayRecord(): boolean {
    const now = Math.floor(Date.now() / 1000)
    if (now !== second) [second, inSecond] = [now, 0]
    return ++inSecond <= maxPerSecond
  }

  function store(): Promise<void> {
    const events = waiting
    waiting = []
    if (events.length > 0) storing = storing.then(() => storeEvents(events))
    return storing
  }

  return {
    onStart() {},
    onEnd(span) {
      if (!mayRecord()) return
      const length = waiting.push({ ...toEvent(span), seq: nextSeq() })
      if (length === 1) setTimeout(() => void store(), gatherMs).unref()
    },
    forceFlush: store,
    shutdown: store,
  }
}

/**
 * Numbers that grow with time and that no other process makes: milliseconds, each of which is used once, beside one of
 * 4096 lanes, which is drawn. They fit into what JavaScript counts exactly.
 */
function makeSequence(): () => number {
  const lane = randomInt(4096)
  let last = 0
  return () => {
    last = Math.max(last + 1, Date.now())
    return last * 4096 + lane
  }
}

async function storeEvents(events: Event[]): Promise<void> {
  const rows = events.map(
    ({ seq, flowId, at, data }): FlowEvent => ({ seq, flowId, at: new Date(at), data: JSON.stringify(data) }),
  )
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
  return facts.length > maxFacts ? { not_shown: "too long" } : JSON.parse(facts)
}
