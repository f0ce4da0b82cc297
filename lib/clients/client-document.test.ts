import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { Flow } from "@/lib/flows/flow"
import { openTestDatabase, type TestDatabase } from "@/lib/testing/database"
import { oauthError } from "@/lib/testing/errors"
import { collectEvents, listenAlone } from "@/lib/testing/flows"
import { findDocumentClient } from "./client-document"
import type { FetchedDocument } from "./public-document"

const clientId = "https://client.example/client.json"
const body = { client_id: clientId, client_name: "Example", redirect_uris: ["https://client.example/callback"] }
const start = Date.parse("2028-01-01T00:00:00Z")

let opened: TestDatabase
beforeEach(async () => {
  opened = await openTestDatabase("sqlite", { CLIENT_ID_METADATA_DOCUMENTS: "on" })
  vi.useFakeTimers({ toFake: ["Date"], now: start })
})
afterEach(async () => {
  vi.useRealTimers()
  await opened.drop()
})

/** A site that counts how often its document is fetched. */
function publish(document: FetchedDocument | null) {
  const fetched: string[] = []
  const fetchDocument = async ({ href }: URL) => {
    fetched.push(href)
    return document
  }
  return { fetched, find: () => findDocumentClient(clientId, undefined, fetchDocument) }
}

test.each([
  ["at least a minute", { body, maxAgeSeconds: 0 }, 60],
  ["for the time in its headers", { body, maxAgeSeconds: 3_600 }, 3_600],
  ["at most a day", { body, maxAgeSeconds: 999_999_999 }, 86_400],
])("a document is kept %s - RFC 9111 4.2", async (_, document, seconds) => {
  const { fetched, find } = publish(document)
  expect(await find()).toMatchObject({ clientId, redirectUris: body.redirect_uris })
  vi.setSystemTime(start + seconds * 1000 - 1)
  expect(await find()).toMatchObject({ clientId })
  expect(fetched).toEqual([clientId])
  vi.setSystemTime(start + seconds * 1000)
  expect(await find()).toMatchObject({ clientId })
  expect(fetched).toEqual([clientId, clientId])
})

test("one that cannot be fetched is fetched again after a minute", async () => {
  const { fetched, find } = publish(null)
  expect(await find()).toBeNull()
  vi.setSystemTime(start + 59_999)
  expect(await find()).toBeNull()
  expect(fetched).toHaveLength(1)
  vi.setSystemTime(start + 60_000)
  expect(await find()).toBeNull()
  expect(fetched).toHaveLength(2)
})

test("one that is not valid is kept for the time in its headers", async () => {
  const { fetched, find } = publish({ body: { ...body, client_id: "https://another.example/" }, maxAgeSeconds: 300 })
  const invalid = oauthError("invalid_request", "client_document_invalid")
  await expect(find()).rejects.toThrow(invalid)
  vi.setSystemTime(start + 299_999)
  await expect(find()).rejects.toThrow(invalid)
  expect(fetched).toHaveLength(1)
})

test("requests at the same time share one fetch", async () => {
  const { fetched, find } = publish({ body, maxAgeSeconds: 0 })
  const clients = await Promise.all([find(), find(), find()])
  expect(clients.map((client) => client?.clientId)).toEqual([clientId, clientId, clientId])
  expect(fetched).toHaveLength(1)
})

test("a flow shows a fetch, and none once too many documents of a host were fetched", async () => {
  const collected = collectEvents()
  listenAlone(collected)
  const fetchDocument = async ({ href }: URL) => ({ body: { ...body, client_id: href }, maxAgeSeconds: 0 })
  for (let i = 0; i < 31; i++) {
    const flow = new Flow("GET", "/authorize")
    flow.step("authorization.calls_authorize")
    const found = findDocumentClient(`https://busy.example/${i}.json`, flow, fetchDocument)
    if (i < 30) expect(await found).toMatchObject({ clientName: body.client_name })
    else await expect(found).rejects.toThrow(oauthError("temporarily_unavailable", "server_busy"))
    flow.end(200)
  }
  listenAlone()
  const steps = collected.events.map((event) => event.steps.map(({ name }) => name.replace("authorization.", "")))
  const fetched = ["calls_authorize", "fetches_client_document", "verifies_client_document"]
  expect(steps).toEqual([...Array.from({ length: 30 }, () => fetched), ["calls_authorize"]])
})
