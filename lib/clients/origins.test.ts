import { afterAll, beforeAll, expect, test } from "vitest"
import { openTestDatabase, type TestDatabase } from "@/lib/testing/database"
import { storeClient } from "@/lib/testing/rows"
import { isClientOrigin } from "./origins"

let opened: TestDatabase
beforeAll(async () => {
  opened = await openTestDatabase("sqlite")
  await storeClient({ origins: ["https://app.example.com", "http://localhost:5173"] })
})
afterAll(() => opened.drop())

test("the origin of a browser client's page is one, in the form that browsers send", async () => {
  for (const origin of ["https://app.example.com", "http://localhost:5173"]) {
    expect(await isClientOrigin(origin)).toBe(true)
  }
})

test("on the loopback interface the port may differ, as in redirect URIs - RFC 8252 7.3", async () => {
  for (const origin of ["http://localhost:5174", "http://localhost"]) expect(await isClientOrigin(origin)).toBe(true)
})

test.each([
  "http://127.0.0.1:5173",
  "https://localhost:5173",
  "http://localhost.evil.example:5173",
  "http://localhost:5173.evil.example",
  "https://app.example.com:8443",
  "",
  "null",
  "https://app.example.com/",
  "https://app.example.com:443",
  "HTTPS://app.example.com",
  "https://app.example.com https://evil.example",
  "https://evil.example",
  "app.example.com",
  "%",
  "https://%",
  `https://${"a".repeat(600)}.example.com`,
])("%j is none", async (origin) => {
  expect(await isClientOrigin(origin)).toBe(false)
})
