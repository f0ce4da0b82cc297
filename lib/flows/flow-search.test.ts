import { expect, test } from "vitest"
import { listAddress, maxRows, olderAddress, parseFlowQuery, putFlows, streamAddress } from "./flow-search"
import type { FlowSummary } from "./recorded-flow"

function flow(id: string, beganAt: number, facts: Partial<FlowSummary> = {}): FlowSummary {
  const lastStep = "authorization.calls_authorize"
  const nothing = { client: null, person: null, outcome: "in progress", refused: 0, reason: null } as const
  return { id, beganAt, lastAt: beganAt, expiresAt: beganAt + 1_000, lastStep, ...nothing, ...facts }
}

const id = "AZmMVbq0d2Wn-Ik9_4b2Rw"

const everything = parseFlowQuery({})

test("a form's empty fields ask for nothing, and nonsense neither", () => {
  expect(parseFlowQuery({ client: " ", outcome: "", id: "" })).toEqual({})
  expect(parseFlowQuery({ outcome: "perhaps", before: "-1" })).toEqual({})
  const noPlaces = ["1e15", "100000000000000", "Infinity", "NaN", "x", "5.", "5.short", `5.${"!".repeat(22)}`, `.${id}`]
  for (const before of noPlaces) expect(parseFlowQuery({ before }), before).toEqual({})
  expect(parseFlowQuery({ client: "\0we\u0001b" })).toEqual({ clientId: "web" })
  expect(parseFlowQuery({ client: [" web ", "other"], outcome: "failed", id: "f", before: "5" })).toEqual({
    clientId: "web",
    outcome: "failed",
    id: "f",
    before: { beganAt: 5, id: "" },
  })
})

test("the way to older flows asks the same question", () => {
  const search = parseFlowQuery({ client: "a b", outcome: "succeeded", before: "99" })
  const older = olderAddress(search, [flow("f", 8), flow(id, 7)])
  expect(older).toBe(`/flows?client=a+b&outcome=succeeded&before=7.${id}`)
  const asked = parseFlowQuery(Object.fromEntries(new URL(older, "https://auth.example").searchParams))
  expect(asked).toEqual({ clientId: "a b", outcome: "succeeded", before: { beganAt: 7, id } })
  expect(listAddress(search)).toBe("/flows?client=a+b&outcome=succeeded")
})

test("behind a list that the page cut, the flows of its last millisecond are shown again", () => {
  const cut = Array.from({ length: maxRows }, (_, i) => flow(`f${i}`, 1000 - i))
  expect(olderAddress(everything, cut)).toBe(`/flows?before=${1000 - maxRows + 2}`)
})

test("the stream tells of the flows that are listed, and of those whose outcome is another now", () => {
  const search = parseFlowQuery({ client: "web", outcome: "failed", before: "99" })
  expect(streamAddress(search, 5)).toBe("/flows/stream?client=web&after=5")
  expect(streamAddress(everything, "7")).toBe("/flows/stream?after=7")
})

test("a flow that moved takes its old place, and a new one the place of its time", () => {
  const rows = [flow("b", 2), flow("a", 1)]
  expect(putFlows(rows, [flow("a", 1, { lastAt: 9 })], everything, 0).map(({ lastAt }) => lastAt)).toEqual([2, 9])
  expect(putFlows(rows, [flow("c", 3)], everything, 0).map(({ id }) => id)).toEqual(["c", "b", "a"])
})

test("a new flow that was not asked for stays out", () => {
  const client = { id: "web", name: "Web" }
  expect(putFlows([], [flow("a", 1)], parseFlowQuery({ client: "web" }), 0)).toEqual([])
  expect(putFlows([], [flow("a", 1, { client })], parseFlowQuery({ client: "web" }), 0)).toHaveLength(1)
  expect(putFlows([], [flow("a", 1)], parseFlowQuery({ outcome: "failed" }), 0)).toEqual([])
  expect(putFlows([flow("b", 5)], [flow("a", 1)], everything, 5)).toHaveLength(1)
  expect(putFlows([], [flow("a", 1)], parseFlowQuery({ id: "b" }), 0)).toEqual([])
  expect(putFlows([], [flow("a", 1)], parseFlowQuery({ before: "5" }), 0)).toEqual([])
})

test("however long the list is watched, it stays short", () => {
  let rows: FlowSummary[] = []
  for (let i = 0; i < maxRows + 5; i++) rows = putFlows(rows, [flow(`f${i}`, i)], everything, 0)
  expect([rows.length, rows[0]?.id]).toEqual([maxRows, `f${maxRows + 4}`])
})
