import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { compareClock, currentTime } from "./clock"
import { forgetProcessState } from "./testing/settings"

const machine = Date.parse("2030-01-01T00:00:00Z")
const minute = 60_000

beforeEach(() => {
  forgetProcessState()
  vi.useFakeTimers({ now: machine })
})
afterEach(() => {
  vi.useRealTimers()
  forgetProcessState()
})

test("a clock that agrees with the database's is used as it is", () => {
  compareClock(machine + 900, machine, machine)
  expect(currentTime().getTime()).toBe(machine)
})

test.each([minute, -minute])("a clock that differs by %i ms follows the database's", (ms) => {
  compareClock(machine + ms, machine - 10, machine + 10)
  expect(currentTime().getTime()).toBe(machine + ms)
})

test("a slow answer changes nothing as long as the clocks may agree", () => {
  compareClock(machine - 4_000, machine - 5_000, machine)
  expect(currentTime().getTime()).toBe(machine)
  compareClock(machine + minute, machine, machine)
  compareClock(machine + minute - 4_000, machine - 5_000, machine)
  expect(currentTime().getTime()).toBe(machine + minute)
})

test("several comparisons are more exact than one", () => {
  compareClock(machine + minute, machine - 2_000, machine)
  compareClock(machine + minute, machine, machine + 500)
  expect(currentTime().getTime()).toBe(machine + minute)
})

test("a corrected clock is used as it is again", () => {
  compareClock(machine + minute, machine, machine)
  compareClock(machine + 20, machine, machine + 40)
  expect(currentTime().getTime()).toBe(machine)
})
