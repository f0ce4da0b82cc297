import { setTimeout as sleep } from "node:timers/promises"
import { afterEach, expect, test, vi } from "vitest"
import { applySettings } from "@/lib/testing/settings"
import { eventStream, maxStreamMs, maxStreams, maxUnreadMs, type StreamEvent } from "./event-stream"

/** Waits a moment for news, as the streams of the inspector do, by timers that stay real. */
const nothing = (): Promise<StreamEvent[]> => sleep(10, [])
const always = async () => true
const address = "https://auth.example/flows/stream"

afterEach(() => {
  vi.useRealTimers()
})

/** Opens a stream. @returns its answer, and what its browser says when it goes away */
function open({ next = nothing, mayContinue = always, method = "GET" } = {}) {
  const abort = new AbortController()
  const response = eventStream(new Request(address, { method, signal: abort.signal }), mayContinue, next)
  return { response, abort }
}

/** Opens streams until there is no room left. @returns how many; their readers leave immediately */
async function countPlaces(): Promise<number> {
  const opened = []
  for (let { response } = open(); response.status === 200 && opened.length <= maxStreams; { response } = open())
    opened.push(response)
  await Promise.all(opened.map((response) => response.body?.cancel()))
  return opened.length
}

const readerOf = (response: Response) => (response.body as ReadableStream<Uint8Array>).getReader()

/** Reads up to the end. */
async function readAll(response: Response): Promise<void> {
  const reader = readerOf(response)
  while (!(await reader.read()).done);
}

test("a stream beyond the limit is told to retry, and opens when another has ended", async () => {
  const opened = Array.from({ length: maxStreams }, () => open())
  const { response: refused } = open()
  expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "3"])
  await opened[0]?.response.body?.cancel()
  const again = open()
  expect(again.response.status).toBe(200)
  for (const { response } of [...opened.slice(1), again]) await response.body?.cancel()
  expect(await countPlaces()).toBe(maxStreams)
})

test("a stream gives its place back however it ends", async () => {
  applySettings({ LOG_LEVEL: "silent" })
  const gone = open()
  const reading = readAll(gone.response)
  gone.abort.abort()
  expect(await countPlaces()).toBe(maxStreams)
  await reading

  const neverRead = open()
  neverRead.abort.abort()
  expect(await countPlaces()).toBe(maxStreams)

  const closed = open()
  const reader = readerOf(closed.response)
  await reader.read()
  const waiting = reader.read()
  await reader.cancel()
  await waiting
  expect(await countPlaces()).toBe(maxStreams)

  await readAll(open({ next: () => Promise.reject(new Error("the database is out of reach")) }).response)
  expect(await countPlaces()).toBe(maxStreams)

  const early = new AbortController()
  early.abort()
  await readAll(eventStream(new Request(address, { signal: early.signal }), always, nothing))
  expect(await countPlaces()).toBe(maxStreams)

  expect(open({ method: "HEAD" }).response.body).toBeNull()
  expect(await countPlaces()).toBe(maxStreams)
})

test("a stream whose reader may look no longer ends", async () => {
  vi.useFakeTimers()
  const ended = readAll(open({ mayContinue: async () => false }).response)
  vi.advanceTimersByTime(20_000)
  await ended
  expect(await countPlaces()).toBe(maxStreams)
})

test("an unread stream makes room for another after a while, and ends when it is read again", async () => {
  vi.useFakeTimers()
  const neverRead = open()
  const stalled = open({ next: async () => [{ event: "flow", data: 1 }] })
  const reader = readerOf(stalled.response)
  await reader.read()
  await reader.read()
  // What it is sent next waits for it.
  await sleep(50)
  expect(await countPlaces()).toBe(maxStreams - 2)
  await vi.advanceTimersByTimeAsync(maxUnreadMs)
  expect(await countPlaces()).toBe(maxStreams)
  await readAll(neverRead.response)
  while (!(await reader.read()).done);
})

test("a stream that is read keeps its place, however little happens", async () => {
  vi.useFakeTimers()
  const quiet = open()
  const reader = readerOf(quiet.response)
  await reader.read()
  const waiting = reader.read()
  await vi.advanceTimersByTimeAsync(maxUnreadMs)
  expect(await countPlaces()).toBe(maxStreams - 1)
  expect(new TextDecoder().decode((await waiting).value)).toBe(": still here\n\n")
  await reader.cancel()
})

test("no stream stays open forever: its reader reconnects, or is gone", async () => {
  vi.useFakeTimers()
  const quiet = open({ mayContinue: always })
  const reading = readAll(quiet.response)
  vi.advanceTimersByTime(maxStreamMs)
  await reading
  expect(await countPlaces()).toBe(maxStreams)
})
