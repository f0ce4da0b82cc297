import { monitorEventLoopDelay } from "node:perf_hooks"
import Database from "better-sqlite3"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { config } from "@/lib/config"
import { generateId } from "@/lib/protocol/random"
import { openTestDatabase, type TestDatabase } from "@/lib/testing/database"
import { applySettings } from "@/lib/testing/settings"
import { sqliteConnection, sqliteFile } from "./connections"
import { closeDatabase, database } from "./database"
import { countSignInAttempt } from "./sign-in-limits"
import { changeRows, listRows, write } from "./statement"

const insertUser = `INSERT INTO "User" ("id", "email", "passwordHash", "createdAt") VALUES (?, ?, ?, ?)`
/** Longer than a page of the file. */
const long = "x".repeat(10_000)
const values = () => [generateId(), `${generateId()}@example.com`, long, new Date()]
const newUser = () => ({ id: generateId(), email: `${generateId()}@example.com`, passwordHash: long })

const reads = {
  "a read": () => listRows(`SELECT "id" FROM "User"`, []),
  "Prisma's read": async () => (await database()).user.findMany(),
}
const writes = {
  "a write": () => changeRows(insertUser, values()),
  "writes together": () => write([insertUser, values()], [insertUser, values()]),
  "Prisma's write": async () => (await database()).user.create({ data: newUser() }),
}
const limiter = { "the rate limiter": () => countSignInAttempt("address", `192.0.2.1${long}`) }
const operations = { ...reads, ...writes, ...limiter }

const runAll = async (all: Record<string, () => Promise<unknown>>) => {
  for (const run of Object.values(all)) await run()
}
async function expectAllUnavailable(all: Record<string, () => Promise<unknown>>): Promise<void> {
  const results = await Promise.allSettled(Object.values(all).map((run) => run()))
  const names = results.map((result) => (result.status === "rejected" ? result.reason?.name : "it worked"))
  expect(Object.fromEntries(Object.keys(all).map((name, i) => [name, names[i]]))).toEqual(
    Object.fromEntries(Object.keys(all).map((name) => [name, "DatabaseUnavailableError"])),
  )
}

describe("on SQLite,", () => {
  let opened: TestDatabase
  beforeEach(async () => {
    opened = await openTestDatabase("sqlite")
    await runAll(operations)
  })
  afterEach(() => opened.drop())

  const pragma = async (text: string) => {
    ;(await sqliteConnection()).pragma(text)
    await (await database()).$queryRawUnsafe(`PRAGMA ${text}`)
  }
  const openOther = () => new Database(sqliteFile(config().databaseUrl), { timeout: 0 })

  test("a file locked by another process's long write fails within ten seconds, blocks no thread, and recovers", async () => {
    const other = openOther()
    other.exec("BEGIN IMMEDIATE")
    const delay = monitorEventLoopDelay({ resolution: 5 })
    delay.enable()
    const startedAt = Date.now()
    await Promise.all([expectAllUnavailable({ ...writes, ...limiter }), runAll(reads)])
    expect(Date.now() - startedAt).toBeLessThan(10_000)
    delay.disable()
    // In nanoseconds. SQLite's own busy timeout would block for seconds.
    expect(delay.max / 1e6).toBeLessThan(1_000)
    other.exec("COMMIT")
    other.close()
    await runAll(operations)
  })

  test("a file locked exclusively fails, also for a process that opens it, and recovers", async () => {
    await closeDatabase()
    applySettings({ DATABASE_URL: opened.url })
    const other = openOther()
    other.pragma("locking_mode = EXCLUSIVE")
    other.exec(`BEGIN IMMEDIATE; UPDATE "User" SET "name" = NULL; COMMIT`)
    await expectAllUnavailable(operations)
    other.close()
    await runAll(operations)
  })

  test("a write to a locked file is done once it is unlocked, and reads are not blocked", async () => {
    const other = openOther()
    other.exec("BEGIN IMMEDIATE")
    const waiting = Promise.all(Object.values({ ...writes, ...limiter }).map((run) => run()))
    for (let i = 0; i < 50; i++) await runAll(reads)
    other.exec("COMMIT")
    other.close()
    await waiting
  })

  test("a full disk fails writes but not reads, and recovers when there is space", async () => {
    const [{ page_count: pages }] = (await sqliteConnection()).pragma("page_count") as [{ page_count: number }]
    await pragma(`max_page_count = ${pages}`)
    await expectAllUnavailable({ ...writes, ...limiter })
    await runAll(reads)
    await pragma("max_page_count = 1000000")
    await runAll(operations)
  })

  test("a read-only file fails writes but not reads", async () => {
    await pragma("query_only = ON")
    await expectAllUnavailable({ ...writes, ...limiter })
    await runAll(reads)
    await pragma("query_only = OFF")
    await runAll(operations)
  })

  test("Prisma's transactions are rejected: they would include statements of other requests", async () => {
    const db = await database()
    const user = newUser()
    await expect(db.$transaction((transaction) => transaction.user.create({ data: user }))).rejects.toThrow("write()")
    expect(await db.user.findUnique({ where: { id: user.id } })).toBeNull()
  })
})
