import pino, { type Logger } from "pino"
import { afterAll, beforeEach, expect, test } from "vitest"
import { config } from "@/lib/config"
import { database } from "@/lib/data/database"
import { flowOutcomes } from "@/lib/data/flow-outcomes"
import { type RecordedFlow, recordFlows } from "@/lib/data/flows"
import { revokeSession } from "@/lib/data/sessions"
import { perProcess } from "@/lib/per-process"
import { generateTimeOrderedId } from "@/lib/protocol/random"
import { sweep } from "@/lib/sweep"
import { describeOnEachDatabase } from "@/lib/testing/database"
import { listenAlone } from "@/lib/testing/flows"
import { storeClient, storeSession, storeStartedSession, storeUser } from "@/lib/testing/rows"
import { describeParameters } from "./facts"
import { addFlowListener, Flow } from "./flow"
import { type FlowQuery, matches } from "./flow-search"
import { findFlow, findFlowByChallenge, findFlowSummary, listFlows, listRecorded } from "./inspector"
import { type FlowRecord, type FlowSummary, lacksFirstRequests, maxRequests, type Recorded } from "./recorded-flow"
import { createRecorder } from "./recorder"
import { lanes } from "./sequence-number"

const newId = () => generateTimeOrderedId(new Date())

const readFlow = async (id: string) => (await findFlow(id)) as FlowRecord

/** The row that an instance stores for a flow. */
function rowOf(id: string, facts: Partial<RecordedFlow> = {}): RecordedFlow {
  const at = new Date()
  const nothing = { clientId: null, userId: null, lastStep: null, reason: null }
  return { id, startedAt: at, lastAt: at, ...nothing, outcome: "in progress", refused: 0, ...facts }
}

describeOnEachDatabase(
  "the recorder of flows",
  () => {
    let recorder = createRecorder()
    beforeEach(() => {
      recorder = createRecorder()
      listenAlone(recorder)
    })
    afterAll(() => listenAlone())

    /** One request of a flow. */
    function request(id: string, { fails = false, clientId = "", userId = "" } = {}) {
      const flow = new Flow("POST", "/refresh")
      flow.join(id)
      flow.step("refresh.provides_refresh_token", () => ({ grant_type: "refresh_token" }))
      if (clientId) flow.concerns({ clientId, userId })
      flow.step(fails ? "refresh.validates_token" : "refresh.returns_tokens")
      if (fails) flow.fail({ reason: "session_ended", code: "invalid_grant" })
      flow.end(fails ? 400 : 200)
    }

    test("instances that record the same flows at the same time all succeed, and every request is counted", async () => {
      const flows = Array.from({ length: 30 }, () => rowOf(newId(), { refused: 1 }))
      const batches = Array.from({ length: 20 }, (_, i) => recordFlows([], i % 2 === 0 ? flows : flows.toReversed()))
      await Promise.all(batches)
      for (const { id } of flows) expect((await findFlowSummary(id))?.refused).toBe(20)
    })

    test("a client finds its newest flow by the code challenge that it sent, and not another client's", async () => {
      const { clientId } = await storeClient()
      const ids = [newId(), newId()]
      for (const id of ids) {
        const flow = new Flow("GET", "/authorize")
        flow.join(id)
        flow.step("authorization.calls_authorize", () => describeParameters([["code_challenge", "of both"]]))
        flow.concerns({ clientId })
        flow.end(303)
      }
      await recorder.store()
      expect(await findFlowByChallenge(clientId, "of both")).toBe(ids[1])
      expect(await findFlowByChallenge(clientId, "of none")).toBeNull()
      expect(await findFlowByChallenge("another", "of both")).toBeNull()
    })

    test("keeps each request of a flow with its steps, in order, with the names of its Client and its User", async () => {
      const [client, user] = [await storeClient(), await storeUser()]
      const id = newId()
      request(id, { clientId: client.clientId, userId: user.id })
      request(id, { fails: true })
      await recorder.store()
      const { recorded, ...flow } = await readFlow(id)
      expect(flow).toMatchObject({
        id,
        client: { id: client.clientId, name: client.clientName },
        person: user.email,
        lastStep: "refresh.validates_token",
        outcome: "succeeded",
        refused: 1,
        reason: "session_ended",
      })
      expect(recorded.map(({ method, path, status }) => `${method} ${path} ${status}`)).toEqual([
        "POST /refresh 200",
        "POST /refresh 400",
      ])
      const steps = recorded.flatMap((one) => one.steps)
      expect(steps.map(({ name }) => name)).toEqual([
        "refresh.provides_refresh_token",
        "refresh.returns_tokens",
        "refresh.provides_refresh_token",
        "refresh.validates_token",
      ])
      expect(steps[0]).toMatchObject({ facts: { grant_type: "refresh_token" }, failure: null })
      expect(steps[3]).toMatchObject({ failure: { reason: "session_ended", code: "invalid_grant" } })
      expect(new Set(steps.map((step) => step.id)).size).toBe(4)
    })

    test("a stream continues after the last request it sent", async () => {
      const id = newId()
      request(id)
      await recorder.store()
      const first = await listRecorded(id, 0)
      expect(first).toHaveLength(1)
      expect(await listRecorded(id, first[0]?.seq ?? 0)).toEqual([])
      const since = Date.now() - 60_000
      expect((await listFlows({}, 100, since)).map((flow) => flow.id)).toContain(id)
      expect(await listFlows({}, 100, Date.now() + 60_000)).toEqual([])
      expect((await listFlows({ text: id }, 100, since)).map((flow) => flow.id)).toEqual([id])
      expect(await listFlows({ text: "no such client" }, 100, since)).toEqual([])
    })

    test("the list is filtered by outcome and refused requests", async () => {
      const { clientId } = await storeClient()
      const ids = Object.fromEntries(flowOutcomes.map((outcome) => [outcome, newId()]))
      const rows = flowOutcomes.map((outcome) => rowOf(ids[outcome] ?? "", { clientId, outcome }))
      const refused = rowOf(newId(), { clientId, refused: 2, outcome: "succeeded" })
      await recordFlows([], [...rows, refused])
      const list = async (query: Parameters<typeof listFlows>[0]) => (await listFlows(query, 10)).map(({ id }) => id)
      expect((await list({ text: clientId })).sort()).toEqual([...Object.values(ids), refused.id].sort())
      for (const outcome of ["in progress", "failed", "denied", "revoked"] as const) {
        expect(await list({ text: clientId, outcome }), outcome).toEqual([ids[outcome]])
      }
      expect((await list({ text: clientId, outcome: "succeeded" })).sort()).toEqual([ids.succeeded, refused.id].sort())
      expect(await list({ text: clientId, outcome: "refused" })).toEqual([refused.id])
      expect(await list({ text: clientId, before: { startedAt: 0, id: "" } })).toEqual([])
      for (const id of [newId(), "no id", "\0", ""]) expect(await findFlow(id), id).toBeNull()
      expect(await listRecorded("\0", 0)).toEqual([])
    })

    test("the search finds a flow by its client, its user's email address, its reason, and the start of an id", async () => {
      const [client, user] = [await storeClient({ clientName: "100% Ünder_way" }), await storeUser()]
      const other = await storeClient({ clientName: "100x Ünder-way" })
      const [flow, refused] = [
        rowOf(newId(), { clientId: client.clientId, userId: user.id }),
        rowOf(newId(), { clientId: other.clientId, refused: 1, reason: "code_of_another_client" }),
      ]
      await recordFlows([], [flow, refused])
      // The tests of this file share one database.
      const search = async (text: string) =>
        (await listFlows({ text }, 1_000)).map(({ id }) => id).filter((id) => id === flow.id || id === refused.id)
      for (const text of ["100% Ü", "100% Ünder_", client.clientId, client.clientId.slice(0, -1), flow.id]) {
        expect(await search(text), text).toEqual([flow.id])
      }
      for (const text of [user.email, user.email.toUpperCase(), user.email.slice(0, -4)]) {
        expect(await search(text), text).toEqual([flow.id])
      }
      for (const text of ["code_of_another", "Code belongs to another client", "100X", refused.id.slice(0, -2)]) {
        expect(await search(text), text).toEqual([refused.id])
      }
      expect((await search("100")).sort()).toEqual([flow.id, refused.id].sort())
      expect(await search("%")).toEqual([flow.id])
      expect(await search("r_w")).toEqual([flow.id])
      for (const text of ["100%x", "!", "'", flow.id.slice(1), flow.id.slice(0, 3)]) {
        expect(await search(text), text).toEqual([])
      }
      // The stream filters by the same rule.
      const [found] = await listFlows({ text: flow.id }, 1)
      for (const text of ["100% ü", client.clientId, user.email, flow.id]) {
        expect(matches(found as FlowSummary, { text }), text).toBe(true)
      }
      expect(matches(found as FlowSummary, { text: flow.id.slice(1) })).toBe(false)
    })

    test("the list is limited to a period or to a range of minutes", async () => {
      const { clientId } = await storeClient()
      const now = Date.now()
      const [recent, older] = [5, 90].map((minutes) =>
        rowOf(newId(), { clientId, startedAt: new Date(now - minutes * 60_000) }),
      ) as [RecordedFlow, RecordedFlow]
      await recordFlows([], [recent, older])
      const list = async (query: FlowQuery) => (await listFlows({ ...query, text: clientId }, 10)).map(({ id }) => id)
      expect(await list({})).toEqual([recent.id, older.id])
      expect(await list({ period: "15m" })).toEqual([recent.id])
      expect(await list({ period: "24h" })).toEqual([recent.id, older.id])
      const minute = Math.floor(older.startedAt.getTime() / 60_000) * 60_000
      expect(await list({ period: "custom", from: minute, to: minute })).toEqual([older.id])
      expect(await list({ period: "custom", from: minute + 60_000 })).toEqual([recent.id])
      expect(await list({ period: "custom", to: minute - 60_000 })).toEqual([])
    })

    test("an outcome is the highest that any request showed, in whatever order instances store them", async () => {
      const [id, later] = [newId(), new Date(Date.now() + 1_000)]
      const rows = [
        rowOf(id, { outcome: "revoked", lastStep: "revocation.returns_success" }),
        rowOf(id, {
          refused: 1,
          reason: "access_token_revoked",
          lastAt: later,
          lastStep: "introspection.validates_token",
        }),
        rowOf(id, { outcome: "succeeded", lastStep: "authorization.returns_tokens" }),
        rowOf(id, { startedAt: new Date(0), lastAt: new Date(0), reason: "credentials_wrong", refused: 1 }),
      ]
      const expected = { outcome: "revoked", refused: 2, reason: "access_token_revoked", startedAt: 0 }
      for (const row of rows) await recordFlows([], [row])
      expect(await readFlow(id)).toMatchObject({ ...expected, lastStep: "introspection.validates_token" })
      const other = newId()
      for (const row of rows.toReversed()) await recordFlows([], [{ ...row, id: other }])
      expect(await readFlow(other)).toMatchObject({ ...expected, lastStep: "introspection.validates_token" })
    })

    test("an outcome that was not recorded is taken from the Session: it was revoked by hand, or it has started", async () => {
      const { clientId } = await storeClient()
      const [started, revoked, waiting] = [
        await storeStartedSession(),
        await storeStartedSession(),
        await storeSession(),
      ]
      await recordFlows(
        [],
        [started, revoked, waiting].map(({ id }) => rowOf(id, { clientId })),
      )
      await revokeSession(revoked, "revoked_by_operator", new Date(), {})
      expect((await readFlow(started.id)).outcome).toBe("succeeded")
      expect((await readFlow(revoked.id)).outcome).toBe("revoked")
      expect((await readFlow(waiting.id)).outcome).toBe("in progress")
      const list = async (outcome: "succeeded" | "revoked" | "in progress") =>
        (await listFlows({ text: clientId, outcome }, 10)).map(({ id }) => id)
      expect(await list("succeeded")).toEqual([started.id])
      expect(await list("revoked")).toEqual([revoked.id])
      expect(await list("in progress")).toEqual([waiting.id])
    })

    test("an authorization that no one finished has failed once its state token and its code have expired", async () => {
      const { clientId } = await storeClient()
      const { STATE_TOKEN_SECONDS, AUTH_CODE_SECONDS } = config()
      const ms = (STATE_TOKEN_SECONDS + AUTH_CODE_SECONDS) * 1000
      const [expired, open] = [Date.now() - ms - 1_000, Date.now() - ms + 60_000].map((at) =>
        rowOf(newId(), { clientId, startedAt: new Date(at) }),
      ) as [RecordedFlow, RecordedFlow]
      await recordFlows([], [expired, open])
      expect(await readFlow(expired.id)).toMatchObject({ outcome: "failed", reason: null })
      expect(await readFlow(open.id)).toMatchObject({
        outcome: "in progress",
        expiresAt: open.startedAt.getTime() + ms,
      })
      expect((await listFlows({ text: clientId, outcome: "failed" }, 10)).map(({ id }) => id)).toEqual([expired.id])
      expect((await listFlows({ text: clientId, outcome: "in progress" }, 10)).map(({ id }) => id)).toEqual([open.id])
    })

    test("the list continues after any of its flows, also among those that started in one millisecond", async () => {
      const startedAt = new Date(Date.now() - 5_000)
      const rows = Array.from({ length: 5 }, () =>
        rowOf(newId(), { startedAt, lastAt: startedAt, clientId: "same-time" }),
      )
      await recordFlows([], rows)
      const query = { text: "same-time" }
      const seen: string[] = []
      for (let page = await listFlows(query, 2); page.length > 0; ) {
        seen.push(...page.map(({ id }) => id))
        const id = seen.at(-1) ?? ""
        page = await listFlows({ ...query, before: { startedAt: startedAt.getTime(), id } }, 2)
      }
      expect(seen.sort()).toEqual(rows.map(({ id }) => id).sort())
      expect(await listFlows({ ...query, before: { startedAt: startedAt.getTime(), id: "" } }, 2)).toEqual([])
    })

    test("a flow lacks its first requests when they were swept or are too many", async () => {
      const id = newId()
      request(id)
      await recorder.store()
      const whole = await readFlow(id)
      expect(lacksFirstRequests(whole, whole.recorded)).toBe(false)
      const [last] = whole.recorded as [Recorded]
      const later = Array.from({ length: maxRequests }, (_, i) => ({
        seq: last.seq + lanes * (i + 1),
        flowId: id,
        data: JSON.stringify({ ...last, at: last.at + i + 1 }),
      }))
      await recordFlows(later, [])
      const cut = await readFlow(id)
      expect(cut.recorded).toHaveLength(maxRequests)
      expect(lacksFirstRequests(cut, cut.recorded)).toBe(true)
      expect(lacksFirstRequests(whole, [])).toBe(true)
    })

    test("a request that another version of the server recorded is left out, and the others are shown", async () => {
      const id = newId()
      request(id)
      await recorder.store()
      const [known] = (await readFlow(id)).recorded as [Recorded]
      const others = [
        { ...known, steps: known.steps.map((step) => ({ ...step, name: "refresh.no_such_step" })) },
        { kind: "step", name: "refresh.validates_token", at: known.at },
      ]
      await recordFlows(
        others.map((other, i) => ({ seq: known.seq + i + 1, flowId: id, data: JSON.stringify(other) })),
        [rowOf(id, { lastAt: new Date(Date.now() + 1_000), lastStep: "refresh.no_such_step" })],
      )
      expect(await readFlow(id)).toMatchObject({ recorded: [known], lastStep: "authorization.calls_authorize" })
    })

    test("a request that cannot be stored is lost, and later ones are stored", async () => {
      const db = await database()
      const [lost, kept] = [newId(), newId()]
      await db.$executeRawUnsafe(`ALTER TABLE "FlowEvent" RENAME TO "Elsewhere"`)
      request(lost)
      await recorder.store()
      await db.$executeRawUnsafe(`ALTER TABLE "Elsewhere" RENAME TO "FlowEvent"`)
      request(kept)
      await recorder.store()
      expect(await findFlow(lost)).toBeNull()
      expect((await readFlow(kept)).recorded).toHaveLength(1)
    })

    test("while some requests are being stored, 2,000 others wait, and more than that are lost with one line in the log", async () => {
      const db = await database()
      const before = await db.flowEvent.count()
      const lines: object[] = []
      perProcess<Logger>("log").value = pino(
        { level: "warn", base: null, timestamp: false },
        { write: (line) => lines.push(JSON.parse(line)) },
      )
      request(newId())
      const stored = recorder.store()
      // The first store starts here, and cannot end before the next turn of the event loop.
      await Promise.resolve()
      for (let i = 0; i < 3; i++) {
        for (let i = 0; i < 1_000; i++) request(newId())
        void recorder.store()
      }
      await Promise.all([stored, recorder.store()])
      perProcess<Logger>("log").value = undefined
      expect((await db.flowEvent.count()) - before).toBe(2_001)
      expect(lines).toEqual([{ level: 40, event: "flows_not_recorded", count: 1_000, problem: "too many are waiting" }])
      request(newId())
      await recorder.store()
      expect((await db.flowEvent.count()) - before).toBe(2_002)
    })

    test("only a limited number of requests per second is recorded, each with all its steps", async () => {
      recorder = createRecorder(150)
      listenAlone(recorder)
      const db = await database()
      const before = await db.flowEvent.count()
      for (let i = 0; i < 1_000; i++) request(newId())
      await recorder.store()
      const kept = (await db.flowEvent.count()) - before
      // The next second may have started during the loop.
      expect(kept).toBeGreaterThanOrEqual(150)
      expect(kept).toBeLessThanOrEqual(300)
    })

    test("facts that are too long are not kept, and the rest of the request is", async () => {
      const id = newId()
      const flow = new Flow("POST", "/refresh")
      flow.join(id)
      flow.step("refresh.provides_refresh_token", () => ({ long: "x".repeat(10_000) }))
      flow.step("refresh.validates_token", () => ({ rotations: 1 }))
      flow.end(200)
      await recorder.store()
      const [recorded] = await listRecorded(id, 0)
      expect(recorded?.steps.map(({ facts }) => facts)).toEqual([{ not_shown: "too long" }, { rotations: 1 }])
    })

    test("is one of several listeners: each gets every request", async () => {
      const second = createRecorder()
      addFlowListener(second)
      const id = newId()
      request(id)
      await Promise.all([recorder.store(), second.store()])
      expect(await listRecorded(id, 0)).toHaveLength(2)
    })

    test("old requests and surplus requests are swept", async () => {
      const db = await database()
      await db.flowEvent.deleteMany()
      await db.recordedFlow.deleteMany()
      const old = newId()
      request(old)
      await recorder.store()
      const past = new Date(Date.now() - (config().FLOW_INSPECTOR_HOURS * 60 + 1) * 60_000)
      await db.flowEvent.updateMany({ where: { flowId: old }, data: { seq: BigInt(past.getTime() * lanes) } })
      await db.recordedFlow.updateMany({ where: { id: old }, data: { lastAt: past } })
      for (let i = 0; i < 140; i++) request(newId())
      await recorder.store()
      expect((await sweep()).flowEvents).toBe(41)
      expect(await findFlow(old)).toBeNull()
      expect(await db.flowEvent.count()).toBe(100)
    })
  },
  { FLOW_INSPECTOR_EVENTS: "100", LOG_LEVEL: "silent" },
)
