import { expect, test } from "vitest"
import {
  type FlowQuery,
  listAddress,
  matches,
  maxRows,
  olderAddress,
  parseFlowQuery,
  putFlows,
  streamAddress,
} from "./flow-search"
import type { FlowSummary } from "./recorded-flow"

function flow(id: string, startedAt: number, facts: Partial<FlowSummary> = {}): FlowSummary {
  const lastStep = "authorization.calls_authorize"
  const nothing = { client: null, person: null, outcome: "in progress", refused: 0, reason: null } as const
  return { id, startedAt, lastAt: startedAt, expiresAt: startedAt + 1_000, lastStep, ...nothing, ...facts }
}

const id = "AZmMVbq0d2Wn-Ik9_4b2Rw"

const everything: FlowQuery = {}

test("empty fields and invalid values do not filter", () => {
  expect(parseFlowQuery({ q: " ", outcome: "", period: "" })).toEqual({})
  expect(parseFlowQuery({ outcome: "perhaps", period: "1y", from: "2026-11-23T17:36", before: "-1" })).toEqual({})
  expect(parseFlowQuery({ period: "custom", from: "yesterday", to: "2026-99-99T00:00" })).toEqual({ period: "custom" })
  const invalid = ["1e15", "100000000000000", "Infinity", "NaN", "x", "5.", "5.short", `5.${"!".repeat(22)}`, `.${id}`]
  for (const before of invalid) expect(parseFlowQuery({ before }), before).toEqual({})
  expect(parseFlowQuery({ q: "\0we\u0001b" })).toEqual({ text: "web" })
  expect(parseFlowQuery({ q: "x".repeat(300) }).text).toHaveLength(256)
  expect(parseFlowQuery({ q: [" web ", "other"], outcome: "failed", period: "1h", before: "5" })).toEqual({
    text: "web",
    outcome: "failed",
    period: "1h",
    before: { startedAt: 5, id: "" },
  })
})

test("a range of minutes is read as UTC, and the last minute is part of it", () => {
  const query = parseFlowQuery({ period: "custom", from: "2026-11-23T17:36", to: "2026-11-23T17:37" })
  const at = (text: string) => Date.parse(`2026-11-23T${text}Z`)
  expect(query).toEqual({ period: "custom", from: at("17:36:00"), to: at("17:37:00") })
  const times = ["17:35:59.999", "17:36:00", "17:37:59.999", "17:38:00"]
  expect(times.map((time) => matches(flow(id, at(time)), query))).toEqual([false, true, true, false])
  expect(listAddress(query)).toBe("/flows?period=custom&from=2026-11-23T17%3A36&to=2026-11-23T17%3A37")
})

test("a period ends now", () => {
  const now = Date.now()
  expect([14, 16].map((minutes) => matches(flow(id, now - minutes * 60_000), { period: "15m" }))).toEqual([true, false])
})

test("the link to older flows keeps the query", () => {
  const search = parseFlowQuery({ q: "a b", outcome: "succeeded", period: "7d", before: "99" })
  const older = olderAddress(search, [flow("f", 8), flow(id, 7)])
  expect(older).toBe(`/flows?q=a+b&outcome=succeeded&period=7d&before=7.${id}`)
  const parsed = parseFlowQuery(Object.fromEntries(new URL(older, "https://auth.example").searchParams))
  expect(parsed).toEqual({ text: "a b", outcome: "succeeded", period: "7d", before: { startedAt: 7, id } })
  expect(listAddress(search)).toBe("/flows?q=a+b&outcome=succeeded&period=7d")
})

test("after a list that the page cut, the flows of its last millisecond are shown again", () => {
  const cut = Array.from({ length: maxRows }, (_, i) => flow(`f${i}`, 1000 - i))
  expect(olderAddress(everything, cut)).toBe(`/flows?before=${1000 - maxRows + 2}`)
})

test("the stream filters by the text alone, and not by what a request can change", () => {
  const search = parseFlowQuery({ q: "web", outcome: "failed", period: "1h", before: "99" })
  expect(streamAddress(search, 5)).toBe("/flows/stream?q=web&after=5")
  expect(streamAddress({ text: "code expired" }, 5)).toBe("/flows/stream?after=5")
  expect(streamAddress(everything, "7")).toBe("/flows/stream?after=7")
})

test("a flow that changed keeps its place, and a new one is placed by its start", () => {
  const rows = [flow("b", 2), flow("a", 1)]
  expect(putFlows(rows, [flow("a", 1, { lastAt: 9 })], everything, 0).map(({ lastAt }) => lastAt)).toEqual([2, 9])
  expect(putFlows(rows, [flow("c", 3)], everything, 0).map(({ id }) => id)).toEqual(["c", "b", "a"])
})

test("a new flow is added only when it matches", () => {
  const client = { id: "web-client", name: "Web" }
  const added = (facts: Partial<FlowSummary>, query: FlowQuery) => putFlows([], [flow(id, 1, facts)], query, 0).length
  expect(added({}, { text: "web" })).toBe(0)
  for (const text of ["web", "WEB", "web-"]) expect(added({ client }, { text }), text).toBe(1)
  expect(added({ client }, { text: "eb-client" })).toBe(0)
  expect(added({ person: "ada@example.com" }, { text: "ADA@" })).toBe(1)
  expect(added({ reason: "code_expired", refused: 1 }, { text: "code exp" })).toBe(1)
  expect([id, id.slice(0, 4), id.slice(0, 3), id.slice(1)].map((text) => added({}, { text }))).toEqual([1, 1, 0, 0])
  expect(added({}, { outcome: "failed" })).toBe(0)
  expect(added({ refused: 1 }, { outcome: "refused" })).toBe(1)
  expect(added({}, { before: { startedAt: 5, id: "" } })).toBe(0)
  expect(putFlows([flow("b", 5)], [flow("a", 1)], everything, 5)).toHaveLength(1)
})

test("however long the page stays open, the list stays short", () => {
  let rows: FlowSummary[] = []
  for (let i = 0; i < maxRows + 5; i++) rows = putFlows(rows, [flow(`f${i}`, i)], everything, 0)
  expect([rows.length, rows[0]?.id]).toEqual([maxRows, `f${maxRows + 4}`])
})
