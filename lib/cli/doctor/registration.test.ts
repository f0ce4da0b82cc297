import { once } from "node:events"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { expect, test } from "vitest"
import { examine } from "./examine"
import { deleteAfter } from "./registration"

test("clients are deleted although using them fails", async () => {
  const received: string[] = []
  const server = createServer(({ method, headers }, response) => {
    received.push(`${method} ${headers.authorization}`)
    response.writeHead(204).end()
  })
  await once(server.listen(0, "127.0.0.1"), "listening")
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const client = {
    clientId: "a",
    redirectUri: "https://client.example/",
    origin,
    uri: `${origin}/register`,
    token: "t",
  }
  const use = () => Promise.reject(new Error("a fault"))
  await expect(deleteAfter([client, client], use)).rejects.toThrow("a fault")
  expect(received).toEqual(["DELETE Bearer t", "DELETE Bearer t"])
  server.close()
  server.closeAllConnections()
})

test("over http, nothing is registered, and no token is sent", async () => {
  const received: string[] = []
  const server = createServer(({ method, url }, response) => {
    received.push(`${method} ${url}`)
    const at = (path: string) => `${issuer}/${path}`
    const endpoints = {
      authorization_endpoint: at("authorize"),
      token_endpoint: at("token"),
      userinfo_endpoint: at("userinfo"),
      jwks_uri: at("jwks"),
      end_session_endpoint: at("end-session"),
      registration_endpoint: at("register"),
    }
    const isMetadata = url?.startsWith("/.well-known/")
    response.writeHead(isMetadata ? 200 : 401).end(JSON.stringify(isMetadata ? { issuer, ...endpoints } : {}))
  })
  await once(server.listen(0, "127.0.0.1"), "listening")
  // The same server, by an address that is not one of the loopback interface.
  const issuer = `http://0.0.0.0:${(server.address() as AddressInfo).port}`
  const { server: findings } = await examine(issuer, { client: null, initialAccessToken: "a-token" })
  const statusOf = (wanted: string) => findings.find(({ check }) => check === wanted)?.status
  expect(["TLS", "Endpoints", "Authorization header", "Registration"].map(statusOf)).toEqual([
    ...["failed", "ok", "ok", "warning"],
  ])
  expect(received).not.toContain("POST /register")
  server.close()
  server.closeAllConnections()
})
