import { afterAll, beforeAll, expect, test } from "vitest"
import { createEmptyDatabase, type TestDatabase } from "@/lib/testing/database"
import { applySettings, forgetProcessState } from "@/lib/testing/settings"
import { prepare } from "./boot"
import { closeDatabase } from "./data/database"
import { listSigningKeys } from "./data/signing-keys"

let database: TestDatabase
beforeAll(async () => {
  database = await createEmptyDatabase("sqlite")
})
afterAll(async () => {
  await closeDatabase()
  forgetProcessState()
  await database.drop()
})

test("a process creates the schema and the first signing keys before it serves, once", async () => {
  applySettings({ DATABASE_URL: database.url })
  const [first, second] = await Promise.all([prepare(), prepare()])
  expect(first.migrations).toContain("0001_init")
  expect(second).toBe(first)
  expect((await listSigningKeys()).map(({ alg }) => alg)).toEqual(["ES256", "RS256"])
})

test("the next process leaves both unchanged", async () => {
  const before = await listSigningKeys()
  await closeDatabase()
  applySettings({ DATABASE_URL: database.url })
  expect(await prepare()).toEqual({ migrations: [] })
  expect(await listSigningKeys()).toEqual(before)
})

test("a process with another SECRET does not start to serve", async () => {
  await closeDatabase()
  applySettings({ DATABASE_URL: database.url, SECRET: "another secret of the unit tests, of no use" })
  await expect(prepare()).rejects.toThrow("SECRET does not decrypt the signing keys")
})
