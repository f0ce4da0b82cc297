import { describe, expect, test } from "vitest"
import { type Diagram, diagrams, type StepName } from "@/lib/flows/diagrams"
import { appendRecorded, type Recorded } from "@/lib/flows/recorded-flow"
import { makeRequest, makeStep } from "@/lib/testing/flows"
import { layOut, listFingerprints } from "./sequence"

describe("layOut", () => {
  test("has no lanes and no requests when nothing is recorded", () => {
    expect(layOut([])).toEqual({ lanes: [], groups: [] })
  })

  test("has only the lanes that occur, in a fixed order", () => {
    const authorize = [
      makeStep("authorization.calls_authorize", 10),
      makeStep("authorization.redirects_to_sign_in", 11),
    ]
    const { lanes } = layOut([
      makeRequest(2, "POST /refresh", [makeStep("refresh.retrieves_session", 20)]),
      makeRequest(1, "GET /authorize", authorize),
    ])
    expect(lanes.map(({ label }) => label)).toEqual([
      "Client",
      "Authentication",
      "Authorization",
      "Data Layer",
      "Refresh",
    ])
  })

  test("has the requests in order of time, whatever the order of arrival", () => {
    const token = [makeStep("authorization.provides_auth_code", 9), makeStep("authorization.retrieves_auth_code", 11)]
    const { groups } = layOut([
      makeRequest(1, "POST /refresh", [makeStep("refresh.provides_refresh_token", 29)]),
      makeRequest(2, "POST /token", token),
    ])
    expect(groups.map(({ path, offsetMs }) => ({ path, offsetMs }))).toEqual([
      { path: "/token", offsetMs: 0 },
      { path: "/refresh", offsetMs: 20 },
    ])
    expect(groups[0]?.rows.map(({ number, from, to }) => ({ number, from, to }))).toEqual([
      { number: 11, from: 0, to: 2 },
      { number: 12, from: 2, to: 1 },
    ])
  })

  test("shows which request failed", () => {
    const failed = makeStep("authorization.verifies_code_verifier", 1, {}, { reason: "code_verifier_mismatch" })
    const passed = makeRequest(2, "POST /token", [makeStep("authorization.verifies_code_verifier", 2)])
    const { groups } = layOut([makeRequest(1, "POST /token", [failed], 400), passed])
    expect(groups.map((group) => group.failed)).toEqual([true, false])
  })

  test.each(Object.entries<Diagram>(diagrams))("places the labels of %s inside the drawing", (name, { steps }) => {
    const { lanes, groups } = layOut([
      makeRequest(
        1,
        "GET /",
        steps.map((own, i) => makeStep(`${name}.${own.name}` as StepName, i)),
      ),
    ])
    for (const { label, text } of groups.flatMap(({ rows }) => rows)) {
      const at = (label.lane + 0.5) / lanes.length
      const width = (text.length * 6.6) / 640
      const left = { start: at, middle: at - width / 2, end: at - width }[label.anchor]
      expect(left, text).toBeGreaterThanOrEqual(0)
      expect(left + width, text).toBeLessThanOrEqual(1)
    }
  })
})

test("a request that a stream sends again is not added twice, and all are in order of time", () => {
  const [first, second, third] = [1, 2, 3].map((at) =>
    makeRequest(10 - at, "POST /refresh", [makeStep("refresh.validates_token", at)]),
  ) as [Recorded, Recorded, Recorded]
  const before = [second]
  expect(appendRecorded(before, [{ ...second }])).toBe(before)
  expect(appendRecorded(before, [third, first])).toEqual([first, second, third])
})

test("fingerprints are found at any depth, each once", () => {
  expect(listFingerprints({ code: "#abcdefgh", inner: { list: ["#12345678", "#abcdefgh"] }, no: "#short" })).toEqual([
    "#abcdefgh",
    "#12345678",
  ])
})
