import { expect, test } from "vitest"
import { listAddress, mostRows, parseFlowSearch, putFlow, toFilter } from "./flow-search"
import type { FlowSummary } from "./record"

function flow(id: string, beganAt: number, facts: Partial<FlowSummary> = {}): FlowSummary {
  const lastStep = "authorization.calls_authorize"
  return { id, beganAt, lastAt: beganAt, client: null, person: null, lastStep, failure: null, ...facts }
}

const everything = parseFlowSearch({})

test("a form's empty fields ask for nothing, and nonsense neither", () => {
  expect(toFilter(parseFlowSearch({ client: " ", outcome: "", id: "" }))).toEqual({})
  expect(toFilter(parseFlowSearch({ outcome: "perhaps", before: "-1" }))).toEqual({})
  for (const before of ["1e15", "Infinity", "NaN", "x"]) expect(toFilter(parseFlowSearch({ before }))).toEqual({})
  expect(toFilter(parseFlowSearch({ client: "\0we\u0001b" }))).toEqual({ clientId: "web" })
  expect(toFilter(parseFlowSearch({ client: [" web ", "other"], outcome: "failed", id: "f", before: "5" }))).toEqual({
    clientId: "web",
    outcome: "failed",
    id: "f",
    before: 5,
  })
})

test("the way to older flows asks the same question", () => {
  const search = parseFlowSearch({ client: "a b", outcome: "ok", before: "99" })
  expect(listAddress(search, flow("f", 7))).toBe("/flows?client=a+b&outcome=ok&before=7")
  expect(listAddress(search, null)).toBe("/flows?client=a+b&outcome=ok")
})

test("a flow that moved takes its old place, and a new one the place of its time", () => {
  const rows = [flow("b", 2), flow("a", 1)]
  expect(putFlow(rows, flow("a", 1, { lastAt: 9 }), everything).map(({ lastAt }) => lastAt)).toEqual([2, 9])
  expect(putFlow(rows, flow("c", 3), everything).map(({ id }) => id)).toEqual(["c", "b", "a"])
})

test("a new flow that was not asked for stays out", () => {
  const client = { id: "web", name: "Web" }
  expect(putFlow([], flow("a", 1), parseFlowSearch({ client: "web" }))).toEqual([])
  expect(putFlow([], flow("a", 1, { client }), parseFlowSearch({ client: "web" }))).toHaveLength(1)
  expect(putFlow([], flow("a", 1), parseFlowSearch({ outcome: "failed" }))).toEqual([])
  expect(putFlow([], flow("a", 1), parseFlowSearch({ id: "b" }))).toEqual([])
  expect(putFlow([], flow("a", 1), parseFlowSearch({ before: "5" }))).toEqual([])
})

test("however long the list is watched, it stays short", () => {
  let rows: FlowSummary[] = []
  for (let i = 0; i < mostRows + 5; i++) rows = putFlow(rows, flow(`f${i}`, i), everything)
  expect([rows.length, rows[0]?.id]).toEqual([mostRows, `f${mostRows + 4}`])
})
