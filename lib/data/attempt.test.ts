import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { attempt } from "./attempt"

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"] })
})
afterEach(() => {
  vi.useRealTimers()
})

const conflict = Object.assign(new Error("conflict"), { code: "40001", severity: "ERROR" })

/** Runs a write that always fails, each time after `milliseconds`. @returns how often it ran */
async function countRuns(milliseconds: number): Promise<number> {
  let runs = 0
  const run = () => {
    runs++
    vi.setSystemTime(Date.now() + milliseconds)
    throw conflict
  }
  await expect(attempt("write", run)).rejects.toMatchObject({ name: "DatabaseUnavailableError" })
  return runs
}

test("a conflict is retried three times, but not after five seconds", async () => {
  expect(await countRuns(0)).toBe(4)
  expect(await countRuns(3_400)).toBe(2)
})

test("a result is returned whether it is a promise or not", async () => {
  expect(await attempt("write", () => 1)).toBe(1)
  expect(await attempt("write", async () => 2)).toBe(2)
})
