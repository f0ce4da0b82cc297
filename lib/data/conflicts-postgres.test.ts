import { hash } from "node:crypto"
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest"
import { openTestDatabase, type TestDatabase, testProviders } from "@/lib/testing/database"
import { expectUnavailable, newUser, operations, reopenDatabase } from "@/lib/testing/database-operations"
import { query } from "@/lib/testing/query"
import { postgresPool } from "./connections"
import { countSignInAttempt } from "./sign-in-limits"
import { changeRows, listRows, write } from "./statement"
import { insertUser } from "./users"

describe.runIf(testProviders.includes("postgres"))("on Postgres,", () => {
  let opened: TestDatabase
  const name = () => new URL(opened.url).pathname.slice(1)
  beforeAll(async () => {
    opened = await openTestDatabase("postgres")
  })
  afterAll(() => opened.drop())

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

      test.each(Object.entries(updates))("in %s is retried", async (_name, update) => {
        await failTimes(2)
        await update()
        expect(await attempts()).toBe(3)
      })

      test.each(Object.entries(updates))("in %s fails when it persists", async (_name, update) => {
        await failTimes(1_000)
        await expectUnavailable(update)
        expect(await attempts()).toBe(4)
      })
    })

    test("with another transaction is resolved where transactions are serializable by default", async () => {
      await query(opened.url, `DROP TRIGGER fail ON "User"`)
      await query(opened.url, `ALTER DATABASE "${name()}" SET default_transaction_isolation = 'serializable'`)
      await reopenDatabase(opened.url)
      const user = await insertUser(newUser())
      const increments = Array.from({ length: 3 }, (_, i) =>
        changeRows(`UPDATE "User" SET "name" = COALESCE("name", '') || ? WHERE "id" = ?`, [String(i), user?.id ?? ""]),
      )
      await Promise.all(increments)
      const [row] = await listRows(`SELECT "name" FROM "User" WHERE "id" = ?`, [user?.id ?? ""])
      expect(String(row?.[0]).split("").sort().join("")).toBe("012")
      await query(opened.url, `ALTER DATABASE "${name()}" RESET default_transaction_isolation`)
      await reopenDatabase(opened.url)
    })
  })

  test("operations work after a pooler gives a connection another server session", async () => {
    const select = `SELECT "id" FROM "User" WHERE "id" = ?`
    const update = `UPDATE "User" SET "name" = NULL WHERE "id" = ?`
    const operations = {
      "a read": () => listRows(select, ["id"]),
      "a write": () => changeRows(update, ["id"]),
      "writes together": () => write([update, ["id"]], [update, ["id"]]),
      "the rate limiter's statement": () => countSignInAttempt("address", "192.0.2.1"),
    }
    const prepared = async () => (await postgresPool().query("SELECT name FROM pg_prepared_statements")).rows
    const nameOf = (sql: string) => hash("sha256", sql, "hex").slice(0, 32)
    for (const [name, operation] of Object.entries(operations)) {
      await reopenDatabase(opened.url)
      await operation()
      expect(await prepared(), name).not.toEqual([])
      await postgresPool().query("DEALLOCATE ALL")
      await expect(operation(), `${name}, when its prepared statements are gone`).resolves.toBeDefined()
      await operation()
      expect(await prepared(), `${name}: a pooler that loses statements gets no more of them`).toEqual([])
      await reopenDatabase(opened.url)
      await postgresPool().query(`PREPARE "${nameOf(select)}" AS SELECT 1; PREPARE "${nameOf(update)}" AS SELECT 1`)
      await expect(operation(), `${name}, when another one has prepared them`).resolves.toBeDefined()
    }
  })
})
