import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { config } from "@/lib/config"
import { generateId } from "@/lib/protocol/random"
import { openTestDatabase, type TestDatabase, testProviders } from "@/lib/testing/database"
import {
  expectUnavailable,
  newUser,
  operationNames,
  operations,
  reopenDatabase,
  writeNames,
} from "@/lib/testing/database-operations"
import { findFreePort } from "@/lib/testing/free-port"
import { query } from "@/lib/testing/query"
import { database } from "./database"
import { DatabaseUnavailableError } from "./errors"
import { changeRows, listRows } from "./statement"
import { insertUser } from "./users"

describe.runIf(testProviders.includes("postgres"))("on Postgres,", () => {
  let opened: TestDatabase
  const name = () => new URL(opened.url).pathname.slice(1)
  beforeAll(async () => {
    opened = await openTestDatabase("postgres")
  })
  afterAll(() => opened.drop())

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

  describe("a connection lost in the middle", () => {
    test("of a read: the read is retried on another connection", async () => {
      const running = listRows("SELECT pg_sleep(0.5)::text, 'answered'", [])
      await endWhileSleeping(running)
      expect((await running)[0]?.[1]).toBe("answered")
    })

    test("of Prisma's read: the read is retried too", async () => {
      const db = await database()
      const running = db.$queryRawUnsafe<{ answer: string }[]>("SELECT pg_sleep(0.5)::text, 'answered' AS answer")
      await endWhileSleeping(running)
      expect((await running)[0]?.answer).toBe("answered")
    })

    test("of a write: the write fails and is not retried, because it may be committed", async () => {
      await insertUser(newUser())
      const slow = changeRows(`UPDATE "User" SET "name" = pg_sleep(30)::text`, [])
      await endWhileSleeping(slow)
      await expect(slow).rejects.toBeInstanceOf(DatabaseUnavailableError)
    })

    test("of Prisma's write: the write fails too", async () => {
      const db = await database()
      const slow = db.$executeRawUnsafe(`UPDATE "User" SET "name" = pg_sleep(30)::text`)
      await endWhileSleeping(slow)
      await expect(slow).rejects.toBeInstanceOf(DatabaseUnavailableError)
    })

    test("while it is idle: no operation fails", async () => {
      for (const operation of operationNames) {
        await operations[operation]()
        await endConnections()
        // The pool notices it in the next turn of the event loop.
        await query(opened.url, "SELECT 1")
        await operations[operation]()
      }
    })
  })

  test("a read-only database fails writes but not reads, and recovers", async () => {
    await query(opened.url, `ALTER DATABASE "${name()}" SET default_transaction_read_only = on`)
    await reopenDatabase(opened.url)
    for (const operation of writeNames) await expectUnavailable(operations[operation])
    await operations["a read"]()
    await operations["Prisma's read"]()
    await query(opened.url, "SET default_transaction_read_only = off", `ALTER DATABASE "${name()}" RESET ALL`)
    await endConnections()
    await query(opened.url, "SELECT 1")
    for (const operation of operationNames) await operations[operation]()
  })

  test("operations fail for a role without free connections and for one without access to a table", async () => {
    const role = `role_${generateId().replace(/\W/g, "").toLowerCase()}`
    const url = new URL(opened.url)
    Object.assign(url, { username: role, password: "password" })
    await query(opened.url, `CREATE ROLE "${role}" LOGIN PASSWORD 'password' CONNECTION LIMIT 0`)
    await reopenDatabase(url.href)
    for (const operation of operationNames) await expectUnavailable(operations[operation])
    await query(opened.url, `ALTER ROLE "${role}" CONNECTION LIMIT -1`)
    for (const operation of operationNames) await expectUnavailable(operations[operation])
    await query(opened.url, `GRANT ALL ON ALL TABLES IN SCHEMA public TO "${role}"`)
    for (const operation of operationNames) await operations[operation]()
    await reopenDatabase(opened.url)
    await query(opened.url, `DROP OWNED BY "${role}"`, `DROP ROLE "${role}"`)
  })

  test("operations fail where nothing is listening, and work again once something is", async () => {
    const url = new URL(opened.url)
    url.port = String(await findFreePort())
    await reopenDatabase(url.href)
    for (const operation of operationNames) expect(await expectUnavailable(operations[operation])).toBeLessThan(2_000)
    expect(config().databaseUrl).toBe(url.href)
    await reopenDatabase(opened.url)
  })
})
