import { hash } from "node:crypto"
import { setImmediate as nextTurn } from "node:timers/promises"
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest"
import { config } from "@/lib/config"
import { generateId } from "@/lib/protocol/random"
import { openTestDatabase, type TestDatabase, testProviders } from "@/lib/testing/database"
import { findFreePort } from "@/lib/testing/free-port"
import { query } from "@/lib/testing/query"
import { type Relay, startRelay } from "@/lib/testing/relay"
import { applySettings } from "@/lib/testing/settings"
import { postgresPool } from "./connections"
import { closeDatabase, database } from "./database"
import { DatabaseUnavailableError } from "./errors"
import { countSignInAttempt } from "./sign-in-limits"
import { changeRows, listRows, write } from "./statement"
import { insertUser } from "./users"

const operations = {
  "a read": () => listRows(`SELECT "id" FROM "User"`, []),
  "a write": () => changeRows(`UPDATE "User" SET "name" = NULL`, []),
  "writes together": () => write([`UPDATE "User" SET "name" = NULL`, []], [`UPDATE "Client" SET "scope" = ''`, []]),
  "Prisma's read": async () => (await database()).user.findMany(),
  "Prisma's write": async () => (await database()).user.updateMany({ data: { name: null } }),
  "the rate limiter": () => countSignInAttempt("address", "192.0.2.1"),
}
const names = Object.keys(operations) as (keyof typeof operations)[]
const writes = names.filter((name) => !name.includes("read"))

const newUser = () => ({ id: generateId(), email: `${generateId()}@example.com`, name: null, passwordHash: "no hash" })

/** @returns the milliseconds until it failed */
async function expectUnavailable(run: () => Promise<unknown>): Promise<number> {
  const startedAt = Date.now()
  await expect(run()).rejects.toMatchObject({ name: "DatabaseUnavailableError" })
  return Date.now() - startedAt
}

describe.runIf(testProviders.includes("postgres"))("on Postgres,", () => {
  let opened: TestDatabase
  const name = () => new URL(opened.url).pathname.slice(1)
  beforeAll(async () => {
    opened = await openTestDatabase("postgres")
  })
  afterAll(() => opened.drop())

  /** Opens lib/'s connections to another URL, and makes sure that the first one works. */
  async function reopen(url = opened.url): Promise<void> {
    await closeDatabase()
    applySettings({ DATABASE_URL: url })
  }

  const endConnections = () =>
    query(
      opened.url,
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
    )

  /** Runs a statement that sleeps, and ends its connection in the middle. */
  async function endWhileSleeping(running: Promise<unknown>): Promise<void> {
    const sleeping = `FROM pg_stat_activity WHERE query LIKE '%pg_sleep%' AND datname = current_database() AND pid <> pg_backend_pid()`
    running.catch(() => undefined)
    while ((await query(opened.url, `SELECT pg_terminate_backend(pid) ${sleeping}`)).length === 0);
  }

  describe("a connection that is cut in the middle", () => {
    test("of a read: the read is repeated on another connection", async () => {
      const running = listRows("SELECT pg_sleep(0.5)::text, 'answered'", [])
      await endWhileSleeping(running)
      expect((await running)[0]?.[1]).toBe("answered")
    })

    test("of Prisma's read: the same", async () => {
      const db = await database()
      const running = db.$queryRawUnsafe<{ answer: string }[]>("SELECT pg_sleep(0.5)::text, 'answered' AS answer")
      await endWhileSleeping(running)
      expect((await running)[0]?.answer).toBe("answered")
    })

    test("of a write: it is reported, and not repeated, because it may be committed", async () => {
      const running = changeRows(`UPDATE "User" SET "name" = pg_sleep(30)::text`, [])
      await insertUser(newUser())
      const slow = changeRows(`UPDATE "User" SET "name" = pg_sleep(30)::text`, [])
      await endWhileSleeping(slow)
      await expect(slow).rejects.toBeInstanceOf(DatabaseUnavailableError)
      await running
    })

    test("of Prisma's write: the same", async () => {
      const db = await database()
      const slow = db.$executeRawUnsafe(`UPDATE "User" SET "name" = pg_sleep(30)::text`)
      await endWhileSleeping(slow)
      await expect(slow).rejects.toBeInstanceOf(DatabaseUnavailableError)
    })

    test("while it is idle: no operation notices", async () => {
      for (const operation of names) {
        await operations[operation]()
        await endConnections()
        // The news arrives with the next turn of the event loop.
        await query(opened.url, "SELECT 1")
        await operations[operation]()
      }
    })
  })

  describe("a conflict", () => {
    const installTrigger = (code: string) =>
      query(
        opened.url,
        `CREATE SEQUENCE IF NOT EXISTS attempts`,
        `CREATE OR REPLACE FUNCTION fail() RETURNS trigger AS $$ BEGIN
          IF nextval('attempts') <= (SELECT last_value FROM failures) THEN RAISE EXCEPTION USING ERRCODE = '${code}'; END IF;
          RETURN NEW; END $$ LANGUAGE plpgsql`,
        `CREATE OR REPLACE TRIGGER fail BEFORE UPDATE ON "User" FOR EACH STATEMENT EXECUTE FUNCTION fail()`,
      )
    const failTimes = (times: number) =>
      query(
        opened.url,
        `ALTER SEQUENCE attempts RESTART`,
        `DROP SEQUENCE IF EXISTS failures`,
        `CREATE SEQUENCE failures START ${times + 1}`,
        `SELECT setval('failures', ${times})`,
      )
    const attempts = async () => Number((await query(opened.url, `SELECT last_value FROM attempts`))[0]?.last_value)
    const updates = {
      "a write": operations["a write"],
      "writes together": operations["writes together"],
      "Prisma's write": operations["Prisma's write"],
    }

    beforeAll(async () => {
      await query(opened.url, `CREATE SEQUENCE failures`, `CREATE SEQUENCE attempts`)
    })
    afterAll(() => query(opened.url, `DROP TRIGGER IF EXISTS fail ON "User"`))

    describe.each(["40001", "40P01"])("%s", (code) => {
      beforeEach(() => installTrigger(code))

      test.each(Object.entries(updates))("in %s is tried again", async (_name, update) => {
        await failTimes(2)
        await update()
        expect(await attempts()).toBe(3)
      })

      test.each(Object.entries(updates))("in %s that never ends is reported", async (_name, update) => {
        await failTimes(1_000)
        await expectUnavailable(update)
        expect(await attempts()).toBe(4)
      })
    })

    test("with another transaction, where the role asks for serializable ones, ends well", async () => {
      await query(opened.url, `DROP TRIGGER fail ON "User"`)
      await query(opened.url, `ALTER DATABASE "${name()}" SET default_transaction_isolation = 'serializable'`)
      await reopen()
      const user = await insertUser(newUser())
      const increments = Array.from({ length: 3 }, (_, i) =>
        changeRows(`UPDATE "User" SET "name" = COALESCE("name", '') || ? WHERE "id" = ?`, [String(i), user?.id ?? ""]),
      )
      await Promise.all(increments)
      const [row] = await listRows(`SELECT "name" FROM "User" WHERE "id" = ?`, [user?.id ?? ""])
      expect(String(row?.[0]).split("").sort().join("")).toBe("012")
      await query(opened.url, `ALTER DATABASE "${name()}" RESET default_transaction_isolation`)
      await reopen()
    })
  })

  test("a connection to which a pooler gives another session of the server is replaced", async () => {
    const select = `SELECT "id" FROM "User" WHERE "id" = ?`
    const update = `UPDATE "User" SET "name" = NULL WHERE "id" = ?`
    const operations = {
      "a read": () => listRows(select, ["id"]),
      "a write": () => changeRows(update, ["id"]),
      "writes together": () => write([update, ["id"]], [update, ["id"]]),
    }
    const nameOf = (sql: string) => hash("sha256", sql, "hex").slice(0, 32)
    for (const [name, operation] of Object.entries(operations)) {
      await reopen()
      await operation()
      await postgresPool().query("DEALLOCATE ALL")
      await expect(operation(), `${name}, when its prepared statements are gone`).resolves.toBeDefined()
      await reopen()
      await postgresPool().query(`PREPARE "${nameOf(select)}" AS SELECT 1; PREPARE "${nameOf(update)}" AS SELECT 1`)
      await expect(operation(), `${name}, when another one has prepared them`).resolves.toBeDefined()
    }
  })

  describe("the time limit of a connection", () => {
    beforeEach(() => reopen())
    const untilRunning = async (sql: string) => {
      const running = `SELECT pid FROM pg_stat_activity WHERE state = 'active' AND query LIKE '${sql}%'`
      while ((await query(opened.url, running)).length === 0);
    }

    test("does not cut one whose answer came while this thread was blocked", async () => {
      const process = await listRows("SELECT pg_backend_pid()", [])
      const running = changeRows("SELECT pg_sleep(0.2)", [])
      await untilRunning("SELECT pg_sleep(0.2)")
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 4_200)
      expect(await running).toBe(1)
      expect(await listRows("SELECT pg_backend_pid()", [])).toEqual(process)
    })

    test("cuts a silent one, and the others go on", async () => {
      await Promise.all([1, 2, 3].map(() => listRows("SELECT pg_sleep(0.1)::text", [])))
      await expectUnavailable(() => write(["SET LOCAL statement_timeout TO 0", []], ["SELECT pg_sleep(30)", []]))
      await operations["a read"]()
      // The two idle ones are in use, so the next read needs a new connection.
      const busy = [1, 2].map(() => listRows("SELECT pg_sleep(0.3)::text", []))
      while (postgresPool().idleCount > 0) await nextTurn()
      await operations["a read"]()
      await Promise.all(busy)
    })
  })

  test("a database that is read-only is reported for writes, is read all the same, and recovers", async () => {
    await query(opened.url, `ALTER DATABASE "${name()}" SET default_transaction_read_only = on`)
    await reopen()
    for (const operation of writes) await expectUnavailable(operations[operation])
    await operations["a read"]()
    await operations["Prisma's read"]()
    await query(opened.url, "SET default_transaction_read_only = off", `ALTER DATABASE "${name()}" RESET ALL`)
    await endConnections()
    await query(opened.url, "SELECT 1")
    for (const operation of names) await operations[operation]()
  })

  test("a role that has no connection left, and one that may not use a table, are reported", async () => {
    const role = `role_${generateId().replace(/\W/g, "").toLowerCase()}`
    const url = new URL(opened.url)
    Object.assign(url, { username: role, password: "password" })
    await query(opened.url, `CREATE ROLE "${role}" LOGIN PASSWORD 'password' CONNECTION LIMIT 0`)
    await reopen(url.href)
    for (const operation of names) await expectUnavailable(operations[operation])
    await query(opened.url, `ALTER ROLE "${role}" CONNECTION LIMIT -1`)
    for (const operation of names) await expectUnavailable(operations[operation])
    await query(opened.url, `GRANT ALL ON ALL TABLES IN SCHEMA public TO "${role}"`)
    for (const operation of names) await operations[operation]()
    await reopen()
    await query(opened.url, `DROP OWNED BY "${role}"`, `DROP ROLE "${role}"`)
  })

  test("an address where nothing listens is reported, and works again when something does", async () => {
    const url = new URL(opened.url)
    url.port = String(await findFreePort())
    await reopen(url.href)
    for (const operation of names) expect(await expectUnavailable(operations[operation])).toBeLessThan(2_000)
    expect(config().databaseUrl).toBe(url.href)
    await reopen()
  })

  describe("a database that", () => {
    let relay: Relay
    beforeEach(async () => {
      relay = await startRelay(opened.url)
      await reopen(relay.url)
    })
    afterEach(async () => {
      await closeDatabase()
      await relay.close()
      await reopen()
    })

    /** All at the same time, because a request may do several of them one after the other. */
    const expectAllUnavailable = () => Promise.all(names.map((operation) => expectUnavailable(operations[operation])))

    test("accepts connections and never answers is reported within ten seconds, and then immediately", async () => {
      relay.silence()
      expect(Math.max(...(await expectAllUnavailable()))).toBeLessThan(10_000)
      for (const operation of names) expect(await expectUnavailable(operations[operation])).toBeLessThan(500)
    })

    test("becomes silent is reported within ten seconds, and is used again when it answers", async () => {
      for (const operation of names) await operations[operation]()
      relay.silence()
      expect(Math.max(...(await expectAllUnavailable()))).toBeLessThan(10_000)
      relay.resume()
      for (const operation of names) {
        await expect.poll(() => operations[operation]().then(() => "works"), { timeout: 5_000 }).toBe("works")
      }
    })
  })
})
