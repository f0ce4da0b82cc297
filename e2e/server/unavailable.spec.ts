import { type Relay, startRelay } from "@/lib/testing/relay"
import { testEnvironment } from "../fixtures/environment"
import { newLogFile } from "../fixtures/instances"
import { highLimits } from "../fixtures/own-server"
import { startServer, type TestServer } from "../fixtures/server"
import { basic, expect, insertUser, obtainTokens, registerClient, test } from "../fixtures/world"

let relay: Relay
let server: TestServer
test.beforeAll(async () => {
  const { databaseUrl, secret, issuer } = testEnvironment()
  relay = await startRelay(databaseUrl)
  server = await startServer({ databaseUrl: relay.url, secret, issuer, env: highLimits, logFile: newLogFile() })
})
test.afterAll(async () => {
  relay?.resume()
  await server?.stop()
  await relay?.close()
})

const documents = ["/jwks", "/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"]
const send = (path: string, init?: RequestInit) => fetch(`${server.baseUrl}${path}`, init)

/** Builds requests that need the database, with a client and an access token. */
async function makeRequests(): Promise<[path: string, init: RequestInit][]> {
  const client = await registerClient()
  const { access_token } = await obtainTokens(client, await insertUser())
  const post = (body: Record<string, string>): RequestInit => ({
    method: "POST",
    headers: { Authorization: basic(client.clientId, client.clientSecret ?? ""), Origin: "https://spa.example" },
    body: new URLSearchParams(body),
  })
  const bearer = { headers: { Authorization: `Bearer ${access_token}` } }
  return [
    ["/introspect", post({ token: access_token })],
    ["/introspect", bearer],
    ["/userinfo", bearer],
    ["/token", post({ grant_type: "authorization_code", code: "x", redirect_uri: "https://client.example/" })],
    ["/token", post({ grant_type: "refresh_token", refresh_token: "x" })],
    ["/revoke", post({ token: access_token })],
  ]
}

async function surviveOutage(outage: "cut" | "silence"): Promise<void> {
  const requests = await makeRequests()
  const [[path, init] = [""]] = requests
  const introspect = async () => (await send(path, init)).status
  expect(await introspect()).toBe(200)

  relay[outage]()
  const startedAt = Date.now()
  const answers = await Promise.all(requests.map((request) => send(...request)))
  expect(Date.now() - startedAt).toBeLessThan(10_000)
  for (const [i, answer] of answers.entries()) {
    const path = requests[i]?.[0]
    expect(answer.status, path).toBe(503)
    expect(Number(answer.headers.get("retry-after")), path).toBeGreaterThan(0)
    expect(await answer.json(), path).toMatchObject({ error: "temporarily_unavailable" })
  }

  // The cached keys are read again after five seconds.
  while (Date.now() - startedAt < 7_000) {
    for (const path of documents) {
      const askedAt = Date.now()
      expect((await send(path)).status, path).toBe(200)
      expect(Date.now() - askedAt, path).toBeLessThan(2_000)
    }
  }

  relay.resume()
  await expect.poll(introspect, { timeout: 10_000 }).toBe(200)
}

test("a stopped Postgres gives 503 within ten seconds, keys and metadata are served, and the server recovers by itself", () =>
  surviveOutage("cut"))

test("a silent Postgres gives 503 within ten seconds, keys and metadata are served, and the server recovers by itself", () =>
  surviveOutage("silence"))
