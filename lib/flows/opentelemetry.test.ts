import { SpanKind, SpanStatusCode, trace } from "@opentelemetry/api"
import { InMemorySpanExporter, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base"
import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { generateTimeOrderedId } from "@/lib/protocol/random"
import { collectEvents, listenAlone } from "@/lib/testing/flows"
import { addFlowListener, Flow } from "./flow"
import { createSpanListener } from "./opentelemetry"

const exporter = new InMemorySpanExporter()
const spans = () => exporter.getFinishedSpans()

beforeEach(() => exporter.reset())
afterEach(() => {
  vi.unstubAllEnvs()
  listenAlone()
})

/** Adds the listener as the server does with these variables. */
function listenWith(env: Record<string, string> = {}) {
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value)
  listenAlone(createSpanListener(new SimpleSpanProcessor(exporter)))
}

function recordRefused(id: string, path = "/refresh") {
  const flow = new Flow("POST", path)
  flow.step("refresh.provides_refresh_token", () => ({ grant_type: "refresh_token" }))
  flow.join(id)
  flow.concerns({ clientId: "web", userId: "ada" })
  flow.step("refresh.validates_token")
  flow.fail({ reason: "session_ended", code: "invalid_grant" })
  flow.end(400)
}

test("a request is a span with a child span for each step, and their attributes", () => {
  listenWith()
  const id = generateTimeOrderedId(new Date())
  recordRefused(id)
  const [first, second, request] = spans()
  expect(spans().map(({ name }) => name)).toEqual(["Provides refresh token", "Validates token", "POST /refresh"])
  expect(first?.attributes).toEqual({
    "oauth_flow.id": id,
    "oauth_flow.diagram": "refresh",
    "oauth_flow.step": "provides_refresh_token",
    "oauth_flow.number": 1,
    "oauth_flow.from": "client",
    "oauth_flow.to": "refresh",
    "oauth_flow.facts": '{"grant_type":"refresh_token"}',
  })
  expect(request?.kind).toBe(SpanKind.SERVER)
  expect(request?.attributes).toEqual({
    "http.request.method": "POST",
    "url.path": "/refresh",
    "http.response.status_code": 400,
    "oauth_flow.id": id,
    "oauth_flow.client_id": "web",
    "enduser.id": "ada",
    "error.type": "session_ended",
    "oauth_flow.error": "invalid_grant",
  })
  expect(second?.attributes).toMatchObject({ "error.type": "session_ended", "oauth_flow.error": "invalid_grant" })
  expect(second?.status).toEqual({ code: SpanStatusCode.ERROR, message: "session_ended" })
  expect([first, second].map((span) => span?.parentSpanContext?.spanId)).toEqual(
    [request, request].map((span) => span?.spanContext().spanId),
  )
  expect([first?.endTime, second?.endTime]).toEqual([second?.startTime, request?.endTime])
})

test("all requests of a flow are root spans of one trace, which has the id of the flow", () => {
  listenWith()
  const id = generateTimeOrderedId(new Date())
  recordRefused(id)
  recordRefused(id)
  const traceId = Buffer.from(id, "base64url").toString("hex")
  expect(new Set(spans().map((span) => span.spanContext().traceId))).toEqual(new Set([traceId]))
  const roots = spans().filter(({ parentSpanContext }) => parentSpanContext === undefined)
  expect(roots.map(({ name }) => name)).toEqual(["POST /refresh", "POST /refresh"])
})

test.each<Record<string, string>>([
  { OTEL_TRACES_SAMPLER: "always_off" },
  { OTEL_TRACES_SAMPLER: "traceidratio", OTEL_TRACES_SAMPLER_ARG: "0" },
])("a sampler that drops all traces does not affect the other listeners: %o", (env) => {
  listenWith(env)
  const other = collectEvents()
  addFlowListener(other)
  recordRefused(generateTimeOrderedId(new Date()))
  expect(spans()).toEqual([])
  expect(other.events[0]?.steps.map(({ facts }) => facts)).toEqual([{ grant_type: "refresh_token" }, {}])
})

test("attribute limits cut only the exported spans", () => {
  listenWith({ OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT: "10" })
  const other = collectEvents()
  addFlowListener(other)
  recordRefused(generateTimeOrderedId(new Date()))
  expect(spans()[0]?.attributes["oauth_flow.facts"]).toBe('{"grant_ty')
  expect(other.events[0]?.steps[0]?.facts).toEqual({ grant_type: "refresh_token" })
})

test("the tracer is not global: spans of Next have URLs that contain state tokens", () => {
  listenWith()
  expect(trace.getTracer("next.js").startSpan("GET /sign-in?state=…").isRecording()).toBe(false)
})
