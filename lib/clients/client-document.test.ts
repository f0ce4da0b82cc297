import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { openTestDatabase, type TestDatabase } from "@/lib/testing/database"
import { findDocumentClient } from "./client-document"
import { fetchPublicDocument } from "./public-document"

// e2e/endpoints/client-documents.spec.ts fetches documents from a site. Here only the time passes.
vi.mock("./public-document", () => ({ fetchPublicDocument: vi.fn() }))

const clientId = "https://client.example/client.json"
const body = { client_id: clientId, client_name: "An app", redirect_uris: ["https://client.example/callback"] }

let opened: TestDatabase
beforeEach(async () => {
  opened = await openTestDatabase("sqlite", { CLIENT_ID_METADATA_DOCUMENTS: "on" })
  vi.useFakeTimers({ toFake: ["Date"] })
})
afterEach(async () => {
  vi.useRealTimers()
  vi.mocked(fetchPublicDocument).mockReset()
  await opened.drop()
})

const countFetches = () => vi.mocked(fetchPublicDocument).mock.calls.length

test.each([
  ["a minute where its server allows less", 0, 60],
  ["as long as its server allows", 3_600, 3_600],
  ["a day where its server allows more", 999_999_999, 86_400],
])("a document is kept %s", async (_, maxAgeSeconds, keptSeconds) => {
  vi.mocked(fetchPublicDocument).mockResolvedValue({ body, maxAgeSeconds })
  const startedAt = Date.now()
  expect(await findDocumentClient(clientId)).toMatchObject({ clientId, clientName: "An app" })
  vi.setSystemTime(startedAt + (keptSeconds - 1) * 1000)
  await findDocumentClient(clientId)
  expect(countFetches()).toBe(1)
  vi.setSystemTime(startedAt + (keptSeconds + 1) * 1000)
  await findDocumentClient(clientId)
  expect(countFetches()).toBe(2)
})

test("what could not be fetched is tried again after a minute", async () => {
  vi.mocked(fetchPublicDocument).mockResolvedValue(null)
  const startedAt = Date.now()
  expect(await findDocumentClient(clientId)).toBeNull()
  expect(await findDocumentClient(clientId)).toBeNull()
  expect(countFetches()).toBe(1)
  vi.mocked(fetchPublicDocument).mockResolvedValue({ body, maxAgeSeconds: 600 })
  vi.setSystemTime(startedAt + 61_000)
  expect(await findDocumentClient(clientId)).toMatchObject({ clientId })
})
