import { setImmediate as nextTurn } from "node:timers/promises"
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest"
import { openTestDatabase, type TestDatabase, testProviders } from "@/lib/testing/database"
import { expectUnavailable, operationNames, operations, reopenDatabase } from "@/lib/testing/database-operations"
import { query } from "@/lib/testing/query"
import { type Relay, startRelay } from "@/lib/testing/relay"
import { postgresPool } from "./connections"
import { closeDatabase } from "./database"
import { changeRows, listRows, write } from "./statement"

describe.runIf(testProviders.includes("postgres"))("on Postgres,", () => {
  let opened: TestDatabase
  beforeAll(async () => {
    opened = await openTestDatabase("postgres")
  })
  afterAll(() => opened.drop())

  describe("the time limit of a connection", () => {
    beforeEach(() => reopenDatabase(opened.url))
    const untilRunning = async (sql: string) => {
      const running = `SELECT pid FROM pg_stat_activity WHERE state = 'active' AND query LIKE '${sql}%'`
      while ((await query(opened.url, running)).length === 0);
    }

    test("keeps a connection whose answer arrived while this thread was blocked", async () => {
      const process = await listRows("SELECT pg_backend_pid()", [])
      const running = changeRows("SELECT pg_sleep(0.2)", [])
      await untilRunning("SELECT pg_sleep(0.2)")
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 4_200)
      expect(await running).toBe(1)
      expect(await listRows("SELECT pg_backend_pid()", [])).toEqual(process)
    })

    test("closes a silent connection and no other", async () => {
      await Promise.all([1, 2, 3].map(() => listRows("SELECT pg_sleep(0.1)::text", [])))
      await expectUnavailable(() => write(["SET LOCAL statement_timeout TO 0", []], ["SELECT pg_sleep(30)", []]))
      await operations["a read"]()
      // The two idle connections are in use, so the next read needs a new one.
      const busy = [1, 2].map(() => listRows("SELECT pg_sleep(0.3)::text", []))
      while (postgresPool().idleCount > 0) await nextTurn()
      await operations["a read"]()
      await Promise.all(busy)
    })
  })

  describe("a database that", () => {
    let relay: Relay
    beforeEach(async () => {
      relay = await startRelay(opened.url)
      await reopenDatabase(relay.url)
    })
    afterEach(async () => {
      await closeDatabase()
      await relay.close()
      await reopenDatabase(opened.url)
    })

    /** In parallel, because a request may run several of them. */
    const expectAllUnavailable = () =>
      Promise.all(operationNames.map((operation) => expectUnavailable(operations[operation])))

    test("accepts connections and never answers fails operations within ten seconds, and then immediately", async () => {
      relay.silence()
      expect(Math.max(...(await expectAllUnavailable()))).toBeLessThan(10_000)
      for (const operation of operationNames) expect(await expectUnavailable(operations[operation])).toBeLessThan(500)
    })

    test("becomes silent fails operations within ten seconds, and is used again when it answers", async () => {
      for (const operation of operationNames) await operations[operation]()
      relay.silence()
      expect(Math.max(...(await expectAllUnavailable()))).toBeLessThan(10_000)
      relay.resume()
      for (const operation of operationNames) {
        await expect.poll(() => operations[operation]().then(() => "works"), { timeout: 5_000 }).toBe("works")
      }
    })
  })
})
