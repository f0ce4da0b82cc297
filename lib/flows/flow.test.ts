import { SpanStatusCode, trace } from "@opentelemetry/api"
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base"
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest"
import { generateTimeOrderedId } from "@/lib/protocol/random"
import { forgetProcessState } from "@/lib/testing/settings"
import { Flow, flowIdGenerator, listen } from "./flow"

forgetProcessState()
const unheard = new Flow("POST", "/token")

const exporter = new InMemorySpanExporter()
const provider = new BasicTracerProvider({
  spanProcessors: [new SimpleSpanProcessor(exporter)],
  idGenerator: flowIdGenerator,
})
beforeAll(() => {
  trace.disable()
  trace.setGlobalTracerProvider(provider)
  listen()
})
beforeEach(() => exporter.reset())
afterAll(async () => {
  forgetProcessState()
  await provider.shutdown()
})

const id = generateTimeOrderedId(new Date())
const spans = () => exporter.getFinishedSpans()
const names = () => spans().map(({ name }) => name)

describe("a flow", () => {
  test("that nobody listens to has an id, and asks for no facts", () => {
    unheard.step("refresh.validates_token", () => {
      throw new Error("nobody asked")
    })
    unheard.fail({ reason: "unexpected" })
    unheard.end(500)
    expect(unheard.id).toMatch(/^[A-Za-z0-9_-]{22}$/)
    expect(spans()).toEqual([])
  })

  test("is left out whole when it is not wanted", () => {
    listen(() => false)
    const flow = new Flow("POST", "/refresh")
    listen()
    flow.join(id)
    flow.step("refresh.validates_token")
    flow.end(200)
    expect(spans()).toEqual([])
    expect(flow.id).toBe(id)
  })

  test("is one trace over all its requests, with the flow's id as the trace's", () => {
    for (const path of ["/authorize", "/callback"]) {
      const flow = new Flow("GET", path)
      flow.join(id)
      flow.step("authorization.decodes_state_token")
      flow.end(303)
    }
    const traceId = Buffer.from(id, "base64url").toString("hex")
    expect(spans().map((span) => span.spanContext().traceId)).toEqual([traceId, traceId, traceId, traceId])
    expect(spans().map(({ attributes }) => attributes["oauth_flow.id"])).toEqual([id, id, id, id])
  })

  test("keeps the steps that came before it was known which flow it is", () => {
    const flow = new Flow("POST", "/refresh")
    flow.step("refresh.provides_refresh_token", () => ({ grant_type: "refresh_token" }))
    flow.step("refresh.retrieves_session")
    expect(spans()).toEqual([])
    flow.join(id)
    expect(names()).toEqual(["Provides refresh token"])
    expect(flow.id).toBe(id)
    flow.note(() => ({ rotations: 3 }))
    flow.end(200)
    expect(names()).toEqual(["Provides refresh token", "Retrieves session data", "POST /refresh"])
    expect(spans()[0]?.attributes).toMatchObject({
      "oauth_flow.diagram": "refresh",
      "oauth_flow.step": "provides_refresh_token",
      "oauth_flow.number": 1,
      "oauth_flow.from": "client",
      "oauth_flow.to": "refresh",
      "oauth_flow.facts": '{"grant_type":"refresh_token"}',
    })
    expect(spans()[1]?.attributes["oauth_flow.facts"]).toBe('{"rotations":3}')
    expect(spans()[2]?.attributes).toMatchObject({ "http.response.status_code": 200, "url.path": "/refresh" })
  })

  test("belongs to the one that it joined first", () => {
    const flow = new Flow("POST", "/token")
    flow.join(id)
    flow.join(generateTimeOrderedId(new Date()))
    expect(flow.id).toBe(id)
  })

  test("fails at the step that it had come to", () => {
    const flow = new Flow("POST", "/token")
    flow.step("authorization.provides_auth_code")
    flow.step("authorization.verifies_code_verifier")
    flow.fail({ reason: "code_verifier_mismatch", code: "invalid_grant" })
    flow.end(400)
    const failed = spans().filter(({ status }) => status.code === SpanStatusCode.ERROR)
    expect(failed.map(({ name }) => name)).toEqual(["Verifies code verifier with code challenge", "POST /token"])
    expect(failed[0]?.attributes).toMatchObject({
      "error.type": "code_verifier_mismatch",
      "oauth_flow.error": "invalid_grant",
    })
  })

  test("goes on when what it shows cannot be put together", () => {
    const flow = new Flow("POST", "/token")
    flow.step("authorization.provides_auth_code", () => {
      throw new TypeError("the text may hold a value")
    })
    flow.end(200)
    expect(spans()[0]?.attributes["oauth_flow.facts"]).toBe('{"not_shown":"TypeError"}')
  })

  test("that fails before any step fails at the one that its path begins with", () => {
    const flow = new Flow("POST", "/revoke")
    flow.fail({ reason: "content_type_not_form" })
    flow.end(400)
    expect(names()).toEqual(["Provides refresh token", "POST /revoke"])
  })

  test("of a request that no diagram has leaves nothing", () => {
    const flow = new Flow("GET", "/userinfo")
    flow.fail({ reason: "access_token_missing" })
    flow.end(401)
    expect(spans()).toEqual([])
  })

  test("whose steps each last until the next begins", () => {
    const flow = new Flow("POST", "/refresh")
    for (const step of ["provides_refresh_token", "retrieves_session", "validates_token"] as const) {
      flow.step(`refresh.${step}`)
    }
    flow.end(200)
    const [first, second, third, request] = spans()
    expect(first?.endTime).toEqual(second?.startTime)
    expect(second?.endTime).toEqual(third?.startTime)
    expect(third?.endTime).toEqual(request?.endTime)
    for (const span of [first, second, third]) {
      expect(span?.parentSpanContext?.spanId).toBe(request?.spanContext().spanId)
    }
  })
})
