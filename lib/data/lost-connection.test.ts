import { afterAll, beforeAll, expect, test } from "vitest"
import { openTestDatabase, type TestDatabase } from "@/lib/testing/database"
import { query } from "@/lib/testing/query"
import { postgresPool } from "./connections"

let opened: TestDatabase
beforeAll(async () => {
  opened = await openTestDatabase("postgres")
})
afterAll(() => opened.drop())

test("a connection lost between two queries of a request does not end the process", async () => {
  const connection = await postgresPool().connect()
  const { rows } = await connection.query<{ pid: number }>("SELECT pg_backend_pid() AS pid")
  const lost = new Promise((resolve) => connection.once("end", resolve))
  expect(connection.listenerCount("error")).toBeGreaterThan(0)
  await query(opened.url, `SELECT pg_terminate_backend(${rows[0]?.pid})`)
  await lost
  await expect(connection.query("SELECT 1")).rejects.toThrow()
  connection.release(true)
  expect((await postgresPool().query("SELECT 1")).rowCount).toBe(1)
})
