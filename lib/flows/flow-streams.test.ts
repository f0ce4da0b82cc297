import { afterEach, expect, test, vi } from "vitest"
import { database } from "@/lib/data/database"
import { type FlowEvent, type RecordedFlow, recordFlows } from "@/lib/data/flows"
import { generateTimeOrderedId } from "@/lib/protocol/random"
import { describeOnEachDatabase } from "@/lib/testing/database"
import { makeRequest, makeStep } from "@/lib/testing/flows"
import { maxRows } from "./flow-search"
import { streamFlow, streamFlows } from "./flow-streams"
import { lastPollNumber, nextPoll } from "./poller"
import type { FlowSummary, Recorded } from "./recorded-flow"
import { lanes } from "./sequence-number"

type Next = ReturnType<typeof streamFlow>

/** A flow that started at this time, of its own client. */
function flowAt(at: number, clientId = generateTimeOrderedId(new Date())): RecordedFlow {
  const id = generateTimeOrderedId(new Date(at))
  const time = new Date(at)
  const nothing = { userId: null, lastStep: null, reason: null, outcome: "in progress" as const, refused: 0 }
  return { id, startedAt: time, lastAt: time, clientId, ...nothing }
}

let lane = 0
const eventAt = ({ id }: RecordedFlow, at: number): FlowEvent => ({
  seq: at * lanes + (lane++ % lanes),
  flowId: id,
  data: JSON.stringify(makeRequest(0, "GET /authorize", [makeStep("authorization.calls_authorize", at)])),
})

/** The times of the requests that the stream of a flow reports next. */
async function takeRecorded(next: Next): Promise<number[]> {
  for (;;) {
    const recorded = (await next()).flatMap(({ data }) => (data as { recorded: Recorded[] }).recorded)
    if (recorded.length > 0) return recorded.map(({ at }) => at)
  }
}

/** The flows that the stream of the list reports next. */
async function takeFlows(next: Next): Promise<string[]> {
  for (;;) {
    const flows = (await next()).flatMap(({ data }) => data as FlowSummary[])
    if (flows.length > 0) return flows.map(({ id }) => id)
  }
}

/** Whether a stream reports nothing in several polls. */
async function isQuiet(next: Next): Promise<boolean> {
  for (let i = 0; i < 3; i++) if ((await next()).length > 0) return false
  return true
}

describeOnEachDatabase("a stream of the inspector", () => {
  afterEach(() => {
    vi.useRealTimers()
  })

  test("shares its polls of the database with all other streams", async () => {
    expect(nextPoll()).toBe(nextPoll())
    await nextPoll()
    const flow = flowAt(Date.now())
    const streams = Array.from({ length: 30 }, (_, i) => (i % 2 ? streamFlow(flow.id, 0) : streamFlows({}, Date.now())))
    for (const next of streams) await next()
    const before = lastPollNumber()
    for (let times = 0; times < 2; times++) await Promise.all(streams.map((next) => next()))
    expect(lastPollNumber() - before).toBe(2)
  })

  test("of a flow reports earlier and later requests, each once", async () => {
    const now = Date.now()
    const flow = flowAt(now)
    await recordFlows([eventAt(flow, now), eventAt(flow, now + 1)], [flow])
    const next = streamFlow(flow.id, 0)
    expect(await takeRecorded(next)).toEqual([now, now + 1])
    const other = flowAt(now)
    await recordFlows([eventAt(flow, now + 2), eventAt(other, now + 3)], [flow, other])
    expect(await takeRecorded(next)).toEqual([now + 2])
    expect(await isQuiet(next)).toBe(true)
  })

  test("of a flow reports a request that an instance stores late, once", async () => {
    const now = Date.now()
    const flow = flowAt(now)
    await recordFlows([eventAt(flow, now)], [flow])
    const next = streamFlow(flow.id, 0)
    expect(await takeRecorded(next)).toEqual([now])
    await recordFlows([eventAt(flow, now - 3_000)], [flow])
    expect(await takeRecorded(next)).toEqual([now - 3_000])
    expect(await isQuiet(next)).toBe(true)
  })

  test("of a flow continues where it was cut off", async () => {
    const now = Date.now()
    const flow = flowAt(now - 60_000)
    const [old, late, fresh] = [now - 60_000, now - 5_000, now].map((at) => eventAt(flow, at)) as [
      FlowEvent,
      FlowEvent,
      FlowEvent,
    ]
    await recordFlows([old, fresh], [flow])
    const cut = streamFlow(flow.id, 0)
    expect(await takeRecorded(cut)).toEqual([now - 60_000, now])
    await recordFlows([late], [flow])
    // A request of the last ten seconds may have been stored late, so it is sent again.
    expect(await takeRecorded(streamFlow(flow.id, fresh.seq))).toEqual([now - 5_000, now])
  })

  test("of a flow that is not recorded yet reports it when it is", async () => {
    const flow = flowAt(Date.now())
    const next = streamFlow(flow.id, 0)
    expect(await next()).toEqual([])
    const at = Date.now()
    await recordFlows([eventAt(flow, at)], [flow])
    expect(await takeRecorded(next)).toEqual([at])
  })

  test("that is read too slowly for every poll misses nothing", async () => {
    const now = Date.now()
    const flow = flowAt(now)
    await recordFlows([eventAt(flow, now)], [flow])
    const [ofFlow, ofList] = [streamFlow(flow.id, 0), streamFlows({ text: flow.clientId ?? "" }, now)]
    await takeRecorded(ofFlow)
    await takeFlows(ofList)
    await recordFlows([eventAt(flow, now + 1)], [{ ...flow, lastAt: new Date(now + 1) }])
    await nextPoll()
    await nextPoll()
    expect(await takeRecorded(ofFlow)).toEqual([now + 1])
    expect(await takeFlows(ofList)).toEqual([flow.id])
  })

  test("misses nothing that was stored while no stream was open", async () => {
    const now = Date.now()
    const flow = flowAt(now)
    await recordFlows([eventAt(flow, now)], [flow])
    const [ofFlow, ofList] = [streamFlow(flow.id, 0), streamFlows({ text: flow.clientId ?? "" }, now)]
    await takeRecorded(ofFlow)
    await takeFlows(ofList)
    await Promise.all([ofFlow(), ofList()])
    const later = flowAt(now + 1, flow.clientId ?? "")
    await recordFlows([eventAt(flow, now + 1)], [{ ...flow, lastAt: new Date(now + 1) }, later])
    vi.useFakeTimers({ toFake: ["Date"], now: now + 60_000 })
    const reported = await Promise.all([takeRecorded(ofFlow), takeFlows(ofList)])
    expect([reported[0], new Set(reported[1])]).toEqual([[now + 1], new Set([flow.id, later.id])])
  })

  test("of the list reports only flows that match, also those stored late", async () => {
    const now = Date.now()
    const [wanted, foreign] = [flowAt(now - 60_000), flowAt(now - 60_000)]
    const early = flowAt(now - 90_000, wanted.clientId ?? "")
    await recordFlows([], [early, wanted, foreign])
    const next = streamFlows({ text: wanted.clientId ?? "" }, now - 61_000)
    expect(await takeFlows(next)).toEqual([wanted.id])
    const late = flowAt(now - 3_000, wanted.clientId ?? "")
    await recordFlows(
      [eventAt(late, now - 3_000), eventAt(foreign, now)],
      [late, { ...foreign, lastAt: new Date(now) }],
    )
    expect(await takeFlows(next)).toEqual([late.id])
    expect(await isQuiet(next)).toBe(true)
  })

  test("of the list reports everything that was missed, also when one read is not enough", async () => {
    const now = Date.now()
    const clientId = generateTimeOrderedId(new Date())
    const changed = Array.from({ length: maxRows + 5 }, (_, i) => flowAt(now - 60_000 + i, clientId))
    await recordFlows([], changed)
    const next = streamFlows({ text: clientId }, now - 90_000)
    const reported = new Set<string>()
    while (reported.size < changed.length) for (const id of await takeFlows(next)) reported.add(id)
    expect(reported).toEqual(new Set(changed.map(({ id }) => id)))
  })

  test("ends with an error when the database fails, and the next stream works", async () => {
    const db = await database()
    const flow = flowAt(Date.now())
    const next = streamFlow(flow.id, 0)
    await next()
    await db.$executeRawUnsafe(`ALTER TABLE "FlowEvent" RENAME TO "Elsewhere"`)
    await expect(next()).rejects.toThrow()
    await db.$executeRawUnsafe(`ALTER TABLE "Elsewhere" RENAME TO "FlowEvent"`)
    const at = Date.now()
    await recordFlows([eventAt(flow, at)], [flow])
    expect(await takeRecorded(streamFlow(flow.id, 0))).toEqual([at])
  })
})
