import { once } from "node:events"
import { createServer, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { afterAll, beforeAll, expect, test } from "vitest"
import { openTestDatabase, type TestDatabase } from "@/lib/testing/database"
import { addProvider } from "./providers"

let opened: TestDatabase
let server: Server
let issuer: string
let more: object
beforeAll(async () => {
  opened = await openTestDatabase("sqlite")
  server = createServer((_, response) => {
    const endpoints = { authorization_endpoint: `${issuer}/authorize`, token_endpoint: `${issuer}/token` }
    response.setHeader("Content-Type", "application/json").end(JSON.stringify({ issuer, ...endpoints, ...more }))
  })
  await once(server.listen(0, "127.0.0.1"), "listening")
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(async () => {
  server.close()
  server.closeAllConnections()
  await opened.drop()
})

test("a provider needs an https jwks_uri, or a client secret in place of one - OpenID Connect Core 3.1.3.7", async () => {
  const add = (id: string, metadata: object, clientSecret: string | null = null) => {
    more = metadata
    return addProvider({ id, name: "Elsewhere", kind: "oidc", issuer, clientId: "this-server", clientSecret })
  }
  for (const metadata of [{}, { jwks_uri: "http://10.0.0.1/keys" }, { jwks_uri: "keys" }]) {
    expect(await add("refused", metadata), JSON.stringify(metadata)).toContain("its jwks_uri is missing, or no https")
  }
  expect(await add("refused", { jwks_uri: "http://10.0.0.1/keys" }, "a secret")).toContain("jwks_uri")
  expect(await add("with-keys", { jwks_uri: "https://keys.example/" })).toBeNull()
  expect(await add("with-secret", {}, "a secret")).toBeNull()
})
