import { afterEach, beforeEach, expect, test, vi } from "vitest"
import type { EndpointRequest } from "./exchange"
import { withTimeLimit } from "./time-limit"

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const request: EndpointRequest = {
  clientAddress: () => "192.0.2.1",
  path: "/token",
  query: "",
  header: () => null,
  readBody: () => new Promise((resolve) => setTimeout(resolve, 20_000, Buffer.from("body"))),
}
const after = <Result>(ms: number, result: Result) => new Promise<Result>((resolve) => setTimeout(resolve, ms, result))

test("a handler that takes longer than eight seconds fails as if the database were unavailable", async () => {
  const late = expect(withTimeLimit(request, () => after(9_500, "answer"))).rejects.toMatchObject({
    name: "DatabaseUnavailableError",
  })
  await vi.advanceTimersByTimeAsync(8_000)
  await late
})

test("a handler in time is answered, and leaves no timer", async () => {
  const answered = withTimeLimit(request, () => after(7_000, "answer"))
  await vi.advanceTimersByTimeAsync(8_000)
  expect(await answered).toBe("answer")
  expect(vi.getTimerCount()).toBe(0)
})

test("the time in which the body arrives is not part of it", async () => {
  const answered = withTimeLimit(request, async ({ readBody }) => {
    const body = await readBody(100)
    await after(7_000, null)
    return body?.toString()
  })
  await vi.advanceTimersByTimeAsync(27_000)
  expect(await answered).toBe("body")
})
