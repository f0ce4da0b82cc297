import { trace } from "@opentelemetry/api"
import { BasicTracerProvider } from "@opentelemetry/sdk-trace-base"
import { afterEach, beforeEach, expect, test } from "vitest"
import { config } from "@/lib/config"
import { database } from "@/lib/data/database"
import { recordFlows } from "@/lib/data/flows"
import { generateTimeOrderedId } from "@/lib/protocol/random"
import { sweep } from "@/lib/sweep"
import { describeOnEachDatabase } from "@/lib/testing/database"
import { storeClient, storeUser } from "@/lib/testing/rows"
import { describeParameters } from "./facts"
import { Flow, flowIdGenerator, listen } from "./flow"
import { findFlow, findFlowByChallenge, listFlows, listMovedFlows, listRecorded } from "./inspector"
import { type FlowRecord, isStep, lacksBegin, mostEvents, type Recorded } from "./record"
import { limitRequests, recordSpans } from "./recorder"
import { lanes } from "./sequence-number"

const newId = () => generateTimeOrderedId(new Date())

const readFlow = async (id: string) => (await findFlow(id)) as FlowRecord

describeOnEachDatabase(
  "the recorder of flows",
  () => {
    let provider: BasicTracerProvider
    beforeEach(() => {
      provider = new BasicTracerProvider({ spanProcessors: [recordSpans()], idGenerator: flowIdGenerator })
      trace.disable()
      trace.setGlobalTracerProvider(provider)
      listen()
    })
    afterEach(() => provider.shutdown())

    /** One request of a flow. */
    function request(id: string, { fails = false, clientId = "", userId = "" } = {}) {
      const flow = new Flow("POST", "/refresh")
      flow.join(id)
      flow.step("refresh.provides_refresh_token", () => ({ grant_type: "refresh_token" }))
      if (clientId) flow.concerns({ clientId, userId })
      flow.step("refresh.validates_token")
      if (fails) flow.fail({ reason: "session_ended", code: "invalid_grant" })
      flow.end(fails ? 400 : 200)
    }

    test("two instances that record the same flows do not wait for each other", async () => {
      const flows = Array.from({ length: 30 }, () => {
        const at = new Date()
        return { id: newId(), beganAt: at, lastAt: at, clientId: null, userId: null, lastStep: null, failure: null }
      })
      const batches = Array.from({ length: 20 }, (_, i) => recordFlows([], i % 2 === 0 ? flows : flows.toReversed()))
      await Promise.all(batches)
    })

    test("a client finds its newest flow by the code challenge that it sent, and nobody another client's", async () => {
      const { clientId } = await storeClient()
      const ids = [newId(), newId()]
      for (const id of ids) {
        const flow = new Flow("GET", "/authorize")
        flow.join(id)
        flow.step("authorization.calls_authorize", () => describeParameters([["code_challenge", "of both"]]))
        flow.concerns({ clientId })
        flow.end(303)
      }
      await provider.forceFlush()
      expect(await findFlowByChallenge(clientId, "of both")).toBe(ids[1])
      expect(await findFlowByChallenge(clientId, "of none")).toBeNull()
      expect(await findFlowByChallenge("another", "of both")).toBeNull()
    })

    test("keeps each step and request of a flow, in order, and names its Client and its person", async () => {
      const [client, user] = [await storeClient(), await storeUser()]
      const id = newId()
      request(id, { clientId: client.clientId, userId: user.id })
      request(id, { fails: true })
      await provider.forceFlush()
      const flow = await findFlow(id)
      expect(flow).toMatchObject({
        id,
        client: { id: client.clientId, name: client.clientName },
        person: user.email,
        lastStep: "refresh.validates_token",
        failure: "session_ended",
      })
      expect(flow?.recorded.map((event) => (event.kind === "step" ? event.name : event.status))).toEqual(
        expect.arrayContaining(["refresh.provides_refresh_token", "refresh.validates_token", 200, 400]),
      )
      const steps = flow?.recorded.filter((event) => event.kind === "step") ?? []
      expect(steps).toHaveLength(4)
      expect(steps[0]).toMatchObject({ facts: { grant_type: "refresh_token" }, failure: null })
      expect(steps[3]).toMatchObject({
        failure: { reason: "session_ended", code: "invalid_grant" },
      })
      const requests = flow?.recorded.filter((event) => event.kind === "request") ?? []
      expect(requests[0]).toMatchObject({ method: "POST", path: "/refresh", requestId: steps[0]?.requestId })
      expect(new Set(flow?.recorded.map(({ seq }) => seq)).size).toBe(6)
    })

    test("a stream goes on after what it has", async () => {
      const id = newId()
      request(id)
      await provider.forceFlush()
      const first = await listRecorded(id, 0)
      expect(first).toHaveLength(3)
      expect(await listRecorded(id, Math.max(...first.map(({ seq }) => seq)))).toEqual([])
      const since = Date.now() - 60_000
      expect((await listMovedFlows({}, since, 100)).map((flow) => flow.id)).toContain(id)
      expect(await listMovedFlows({}, Date.now() + 60_000, 100)).toEqual([])
      expect((await listMovedFlows({ id }, since, 100)).map((flow) => flow.id)).toEqual([id])
      expect(await listMovedFlows({ id: "no id" }, since, 100)).toEqual([])
      expect(await listMovedFlows({ clientId: "another" }, since, 100)).toEqual([])
    })

    test("the list is filtered by client, outcome and id", async () => {
      const client = await storeClient()
      const [good, bad] = [newId(), newId()]
      request(good, { clientId: client.clientId })
      request(bad, { clientId: client.clientId, fails: true })
      await provider.forceFlush()
      const list = async (query: Parameters<typeof listFlows>[0]) => (await listFlows(query, 10)).map(({ id }) => id)
      const { clientId } = client
      expect((await list({ clientId })).sort()).toEqual([good, bad].sort())
      expect(await list({ clientId, outcome: "ok" })).toEqual([good])
      expect(await list({ clientId, outcome: "failed" })).toEqual([bad])
      expect(await list({ id: good })).toEqual([good])
      expect(await list({ clientId, before: { beganAt: 0, id: "" } })).toEqual([])
      for (const id of [newId(), "no id", "\0", ""]) expect(await findFlow(id), id).toBeNull()
      expect(await listRecorded("\0", 0)).toEqual([])
    })

    test("the list goes on behind any of its flows, also among those that began in one millisecond", async () => {
      const beganAt = new Date(Date.now() - 5_000)
      const facts = { lastAt: beganAt, clientId: "at once", userId: null, lastStep: null, failure: null }
      const ids = Array.from({ length: 5 }, newId)
      await recordFlows(
        [],
        ids.map((id) => ({ id, beganAt, ...facts })),
      )
      const query = { clientId: "at once" }
      const seen: string[] = []
      for (let page = await listFlows(query, 2); page.length > 0; ) {
        seen.push(...page.map(({ id }) => id))
        const id = seen.at(-1) ?? ""
        page = await listFlows({ ...query, before: { beganAt: beganAt.getTime(), id } }, 2)
      }
      expect(seen).toHaveLength(5)
      expect(seen.sort()).toEqual(ids.sort())
      expect(await listFlows({ ...query, before: { beganAt: beganAt.getTime(), id: "" } }, 2)).toEqual([])
    })

    test("of a flow whose first events have gone, or have no room, the begin is missing", async () => {
      const id = newId()
      request(id)
      await provider.forceFlush()
      const whole = await readFlow(id)
      expect(lacksBegin(whole, whole.recorded)).toBe(false)
      const last = whole.recorded.at(-1) as Recorded
      const newest = Math.max(...whole.recorded.map(({ seq }) => seq))
      const later = Array.from({ length: mostEvents }, (_, i) => ({
        seq: newest + lanes * (i + 1),
        flowId: id,
        data: JSON.stringify({ ...last, at: last.at + i + 1 }),
      }))
      await recordFlows(later, [])
      const cut = await readFlow(id)
      expect(cut.recorded).toHaveLength(mostEvents)
      expect(lacksBegin(cut, cut.recorded)).toBe(true)
      expect(lacksBegin(whole, [])).toBe(true)
    })

    test("what cannot be stored is lost, and no flow notices", async () => {
      const db = await database()
      await db.$executeRawUnsafe(`ALTER TABLE "FlowEvent" RENAME TO "Elsewhere"`)
      request(newId())
      await provider.forceFlush()
      await db.$executeRawUnsafe(`ALTER TABLE "Elsewhere" RENAME TO "FlowEvent"`)
      const id = newId()
      request(id)
      await provider.forceFlush()
      expect(await findFlow(id)).not.toBeNull()
    })

    test("so many requests of a second are recorded, each of them whole", async () => {
      await provider.shutdown()
      provider = new BasicTracerProvider({
        spanProcessors: [recordSpans(limitRequests(150))],
        idGenerator: flowIdGenerator,
      })
      trace.disable()
      trace.setGlobalTracerProvider(provider)
      const db = await database()
      const before = await db.flowEvent.count()
      for (let i = 0; i < 1_000; i++) request(newId())
      await provider.forceFlush()
      const kept = (await db.flowEvent.count()) - before
      // Those of this second, and of the next when that began meanwhile; three events each.
      expect(kept % 3).toBe(0)
      expect(kept).toBeGreaterThanOrEqual(450)
      expect(kept).toBeLessThanOrEqual(900)
    })

    test("facts that OpenTelemetry's own limits cut short are not shown, and fail nothing", async () => {
      await provider.shutdown()
      provider = new BasicTracerProvider({
        spanProcessors: [recordSpans()],
        idGenerator: flowIdGenerator,
        generalLimits: { attributeValueLengthLimit: 25 },
      })
      trace.disable()
      trace.setGlobalTracerProvider(provider)
      const id = newId()
      request(id)
      await provider.forceFlush()
      const steps = (await listRecorded(id, 0)).filter(isStep)
      expect(steps.map(({ facts }) => facts)).toEqual([{ not_shown: "cut short" }, {}])
    })

    test("is swept: what is too old, and what is too much", async () => {
      const db = await database()
      await db.flowEvent.deleteMany()
      const old = newId()
      request(old)
      await provider.forceFlush()
      const past = new Date(Date.now() - (config().FLOW_INSPECTOR_HOURS * 60 + 1) * 60_000)
      const events = await db.flowEvent.findMany({ where: { flowId: old } })
      for (const [i, { seq }] of events.entries()) {
        await db.flowEvent.update({ where: { seq }, data: { seq: BigInt(past.getTime() * lanes + i) } })
      }
      await db.recordedFlow.updateMany({ where: { id: old }, data: { lastAt: past } })
      for (let i = 0; i < 40; i++) request(newId())
      await provider.forceFlush()
      expect((await sweep()).flowEvents).toBeGreaterThanOrEqual(3)
      expect(await findFlow(old)).toBeNull()
      expect(await db.flowEvent.count()).toBe(100)
      // Of the flows whose events went none is listed: there would be nothing to show.
      expect(await db.recordedFlow.count()).toBeLessThanOrEqual(34 + 1)
    })
  },
  { FLOW_INSPECTOR_EVENTS: "100", LOG_LEVEL: "silent" },
)
