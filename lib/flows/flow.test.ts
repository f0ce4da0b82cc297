import { afterAll, beforeEach, describe, expect, test, vi } from "vitest"
import { generateTimeOrderedId } from "@/lib/protocol/random"
import { collectEvents, listenAlone } from "@/lib/testing/flows"
import { applySettings } from "@/lib/testing/settings"
import { addFlowListener, Flow } from "./flow"

const id = generateTimeOrderedId(new Date())

let listener = collectEvents()
beforeEach(() => {
  applySettings({ LOG_LEVEL: "silent" })
  listener = collectEvents()
  listenAlone(listener)
})
afterAll(() => listenAlone())

describe("a flow", () => {
  test("without a listener has an id, and collects no facts", () => {
    listenAlone()
    const flow = new Flow("POST", "/token")
    const facts = vi.fn(() => ({}))
    flow.step("refresh.validates_token", facts)
    flow.note(facts)
    flow.fail({ reason: "unexpected" })
    flow.end(500)
    expect(facts).not.toHaveBeenCalled()
    expect(flow.id).toMatch(/^[A-Za-z0-9_-]{22}$/)
  })

  test("is left out completely when no listener wants it", () => {
    let wanted = false
    const facts = vi.fn(() => ({}))
    listenAlone({ ...listener, wants: () => wanted })
    const flow = new Flow("POST", "/refresh")
    wanted = true
    flow.step("refresh.validates_token", facts)
    flow.end(200)
    expect([listener.events, facts.mock.calls]).toEqual([[], []])
  })

  test("reports each request once, including the steps before its flow was known", () => {
    const flow = new Flow("POST", "/refresh")
    flow.step("refresh.provides_refresh_token", () => ({ grant_type: "refresh_token" }))
    flow.step("refresh.retrieves_session")
    flow.join(id)
    flow.concerns({ clientId: "web", userId: "ada" })
    flow.note(() => ({ rotations: 3 }))
    expect(listener.events).toEqual([])
    flow.end(200)
    const [event] = listener.events
    expect(listener.events).toHaveLength(1)
    expect(event).toMatchObject({ flowId: id, joined: true, clientId: "web", userId: "ada" })
    expect(event).toMatchObject({ method: "POST", path: "/refresh", status: 200 })
    expect(event?.steps.map(({ name, facts, failure }) => ({ name, facts, failure }))).toEqual([
      { name: "refresh.provides_refresh_token", facts: { grant_type: "refresh_token" }, failure: null },
      { name: "refresh.retrieves_session", facts: { rotations: 3 }, failure: null },
    ])
  })

  test("has steps that end at the next step, and a last step that ends at the response", () => {
    const flow = new Flow("POST", "/refresh")
    for (const step of ["provides_refresh_token", "retrieves_session", "validates_token"] as const) {
      flow.step(`refresh.${step}`)
    }
    flow.end(200)
    const { at = 0, durationMs = 0, steps = [] } = listener.events[0] ?? {}
    const ends = steps.map((step) => step.at + step.durationMs)
    expect([...steps.slice(1).map((step) => step.at), at + durationMs]).toEqual(ends)
    expect(Math.abs(at - Date.now())).toBeLessThan(10_000)
  })

  test("keeps the first flow that it joined, and is a flow of its own when it joined none", () => {
    const flow = new Flow("POST", "/token")
    flow.join(id)
    flow.join(generateTimeOrderedId(new Date()))
    expect(flow.id).toBe(id)
    const refused = new Flow("POST", "/token")
    refused.fail({ reason: "code_unknown" })
    refused.end(400)
    expect(listener.events[0]).toMatchObject({ flowId: refused.id, joined: false })
  })

  test("uses another id in a response that must reveal nothing, and is recorded under its own", () => {
    const flow = new Flow("POST", "/introspect")
    flow.step("introspection.validates_token")
    flow.join(id)
    flow.conceal()
    flow.end(200)
    expect(flow.publicId).not.toBe(id)
    expect(listener.events[0]?.flowId).toBe(id)
  })

  test("fails at the step that it reached", () => {
    const flow = new Flow("POST", "/token")
    flow.step("authorization.provides_auth_code")
    flow.step("authorization.verifies_code_verifier")
    flow.fail({ reason: "code_verifier_mismatch", code: "invalid_grant" })
    flow.end(400)
    expect(listener.events[0]?.steps.map(({ failure }) => failure)).toEqual([
      null,
      { reason: "code_verifier_mismatch", code: "invalid_grant" },
    ])
  })

  test("that fails before any step fails at the first step of its path", () => {
    const flow = new Flow("POST", "/revoke")
    flow.fail({ reason: "content_type_not_form" })
    flow.end(400)
    expect(listener.events[0]?.steps.map(({ name }) => name)).toEqual(["revocation.provides_token"])
  })

  test("of a path that no diagram has is not reported", () => {
    const flow = new Flow("POST", "/jwks")
    flow.fail({ reason: "method_not_allowed" })
    flow.end(405)
    expect(listener.events).toEqual([])
  })

  test("continues when its facts cannot be collected", () => {
    const flow = new Flow("POST", "/token")
    flow.step("authorization.provides_auth_code", () => {
      throw new TypeError("the text may contain a value")
    })
    flow.end(200)
    expect(listener.events[0]?.steps[0]?.facts).toEqual({ not_shown: "TypeError" })
  })

  test("does not fail when a listener throws, and the other listeners receive it", () => {
    const broken = () => {
      throw new Error("a fault of the listener")
    }
    listenAlone({ wants: () => true, take: broken })
    addFlowListener({ wants: broken, take: broken })
    addFlowListener(listener)
    const flow = new Flow("POST", "/refresh")
    flow.step("refresh.validates_token")
    flow.end(200)
    expect(listener.events).toHaveLength(1)
  })
})
