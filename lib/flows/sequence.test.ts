import { describe, expect, test } from "vitest"
import { type Diagram, diagrams, type StepName } from "./diagrams"
import type { Recorded, RecordedRequest, RecordedStep } from "./record"
import { appendRecorded, findFingerprints, layOut } from "./sequence"

let seq = 0

function step(name: StepName, requestId: string, at: number, facts: Partial<RecordedStep> = {}): RecordedStep {
  return {
    kind: "step",
    seq: ++seq,
    flowId: "f",
    requestId,
    name,
    at,
    durationMs: 1,
    facts: {},
    failure: null,
    ...facts,
  }
}

function request(requestId: string, line: string, at: number, status = 200): RecordedRequest {
  const [method = "", path = ""] = line.split(" ")
  return { kind: "request", seq: ++seq, flowId: "f", requestId, method, path, status, at, durationMs: 5 }
}

describe("layOut", () => {
  test("draws nothing of nothing", () => {
    expect(layOut([])).toEqual({ lanes: [], groups: [] })
  })

  test("has only the lanes that occur, in their order", () => {
    const { lanes } = layOut([
      step("refresh.retrieves_session", "b", 20),
      step("authorization.calls_authorize", "a", 10),
      step("authorization.redirects_to_sign_in", "a", 11),
    ])
    expect(lanes.map(({ label }) => label)).toEqual([
      "Client",
      "Authentication",
      "Authorization",
      "Data Layer",
      "Refresh",
    ])
  })

  test("groups the steps of a request, in the order of time, whatever the order of arrival", () => {
    const { groups } = layOut([
      step("refresh.provides_refresh_token", "b", 30),
      step("authorization.retrieves_auth_code", "a", 11),
      step("authorization.provides_auth_code", "a", 10),
      request("a", "POST /token", 9),
    ])
    expect(groups.map(({ line, status, durationMs, offsetMs }) => ({ line, status, durationMs, offsetMs }))).toEqual([
      { line: "POST /token", status: 200, durationMs: 5, offsetMs: 0 },
      { line: "POST /refresh", status: null, durationMs: null, offsetMs: 20 },
    ])
    expect(groups[0]?.rows.map(({ number, from, to }) => ({ number, from, to }))).toEqual([
      { number: 11, from: 0, to: 2 },
      { number: 12, from: 2, to: 1 },
    ])
  })

  test("does not guess the request of a sign-in from the redirect that ends it", () => {
    const steps = [
      step("authorization.verifies_credentials", "a", 1),
      step("authorization.redirects_to_callback", "a", 2),
    ]
    expect(layOut(steps).groups[0]?.line).toBeNull()
  })

  test("says which request failed", () => {
    const failure = { reason: "code_verifier_mismatch" }
    const { groups } = layOut([step("authorization.verifies_code_verifier", "a", 1, { failure })])
    expect(groups[0]?.failed).toBe(true)
  })

  test.each(Object.entries<Diagram>(diagrams))("places the labels of %s inside the drawing", (name, { steps }) => {
    const { lanes, groups } = layOut(steps.map((own, i) => step(`${name}.${own.name}` as StepName, "a", i)))
    for (const { label, text } of groups.flatMap(({ rows }) => rows)) {
      const at = (label.lane + 0.5) / lanes.length
      const width = (text.length * 6.6) / 640
      const left = { start: at, middle: at - width / 2, end: at - width }[label.anchor]
      expect(left, text).toBeGreaterThanOrEqual(0)
      expect(left + width, text).toBeLessThanOrEqual(1)
    }
  })
})

test("what a stream brings again is not put in twice", () => {
  const before: Recorded[] = [{ ...step("refresh.validates_token", "a", 1), seq: 2 }]
  expect(appendRecorded(before, [{ ...step("refresh.validates_token", "a", 1), seq: 2 }])).toBe(before)
  const news = [
    { ...step("refresh.generates_tokens", "a", 2), seq: 3 },
    { ...step("refresh.retrieves_session", "a", 0), seq: 1 },
  ]
  expect(appendRecorded(before, news).map(({ seq }) => seq)).toEqual([1, 2, 3])
})

test("fingerprints are found wherever they stand, each once", () => {
  expect(findFingerprints({ code: "#abcdefgh", inner: { list: ["#12345678", "#abcdefgh"] }, no: "#short" })).toEqual([
    "#abcdefgh",
    "#12345678",
  ])
})
