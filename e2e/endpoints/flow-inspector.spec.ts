import { type RecordedFlow, recordFlows } from "@/lib/data/flows"
import { revokeSession } from "@/lib/data/sessions"
import { maxRows } from "@/lib/flows/flow-search"
import type { FlowRecord, FlowSummary, Recorded } from "@/lib/flows/recorded-flow"
import { lanes } from "@/lib/flows/sequence-number"
import { maxStreams } from "@/lib/http/event-stream"
import { generateTimeOrderedId } from "@/lib/protocol/random"
import { beginAuthorization, callback } from "../fixtures/authorization"
import { cookieName } from "../fixtures/cookies"
import { testEnvironment } from "../fixtures/environment"
import { expectSignedIn, postPage } from "../fixtures/forms"
import { openOperatorBrowser, readStream } from "../fixtures/operator"
import { startOwnServer } from "../fixtures/own-server"
import { eventAt, flowAt } from "../fixtures/recorded-flows"
import {
  expect,
  flowIdOf,
  insertUser,
  locationOf,
  makePkce,
  obtainCode,
  obtainTokens,
  postForm,
  readTokens,
  redeem,
  registerClient,
  TestBrowser,
  test,
} from "../fixtures/world"

// The flow inspector without its pages.

/** The requests in an event of a flow's stream. */
const recordedIn = (data: unknown) => (data as { recorded: Recorded[] }).recorded

/** Exports a flow once it has this many recorded requests. */
async function readFlow(operator: TestBrowser, id: string, requests: number): Promise<FlowRecord> {
  const read = async () => {
    const response = await operator.fetch(`/flows/${id}/export?as=json`)
    return response.ok ? ((await response.json()) as FlowRecord) : null
  }
  await expect.poll(async () => (await read())?.recorded.length).toBe(requests)
  return (await read()) as FlowRecord
}

test("only an operator can read flows, and no one can when the inspector is off", async () => {
  const client = await registerClient()
  const flowId = flowIdOf(await redeem(client, await obtainCode(client, await insertUser())))
  const paths = ["/flows/stream", `/flows/${flowId}/stream`, `/flows/${flowId}/export?as=json`]
  const operator = await openOperatorBrowser()
  await readFlow(operator, flowId, 2)
  const off = await startOwnServer({ FLOW_INSPECTOR: "off" })
  for (const path of paths) {
    expect((await new TestBrowser().fetch(path)).status, path).toBe(404)
    const stranger = new TestBrowser()
    stranger.cookies.set(cookieName("operator"), "A".repeat(43))
    expect((await stranger.fetch(path)).status, path).toBe(404)
    const elsewhere = new TestBrowser(off.baseUrl)
    for (const [name, value] of operator.cookies) elsewhere.cookies.set(name, value)
    expect((await elsewhere.fetch(path)).status, path).toBe(404)
  }
  for (const path of ["/flows", `/flows/${flowId}`, "/flows/enter?ticket=x"]) {
    expect((await new TestBrowser(off.baseUrl).fetch(path)).status, path).toBe(404)
  }
  await off.stop()
})

test("a path that starts like the page for operators is the page of a flow that does not exist", async () => {
  const operator = await openOperatorBrowser()
  for (const path of ["/flows/enter%ff", "/flows/enter.json", "/flows/entering", "/flows/enter%00", "/flows/%ff"]) {
    expect((await operator.fetch(path)).status, path).toBe(404)
    expect((await new TestBrowser().fetch(path)).status, path).toBe(403)
  }
})

test("a stream sends the requests of a flow live, on all instances", async () => {
  const { issuers } = testEnvironment()
  const [here, there] = [issuers[0] ?? "", issuers.at(-1) ?? ""]
  const client = await registerClient()
  const user = await insertUser()
  const browser = new TestBrowser(here)
  const { path, stateToken, pkce } = await beginAuthorization(browser, client)
  const signIn = `${path}?${new URLSearchParams({ state: stateToken })}`
  expectSignedIn(await postPage(browser, signIn, { email: user.email, password: user.password }))
  const answered = await callback(browser, stateToken)
  const flowId = flowIdOf(answered)
  const operator = await openOperatorBrowser(there)
  const listens = readStream(operator, "/flows/stream", (_, data) =>
    (data as FlowSummary[]).some(({ id, outcome }) => id === flowId && outcome === "succeeded"),
  )
  // Each process stores at its own time, so the first request can arrive last.
  const seen = new Set<string>()
  const watches = readStream(operator, `/flows/${flowId}/stream`, (_, data) => {
    for (const { path } of recordedIn(data)) seen.add(path)
    return seen.has("/sign-in/submit") && seen.has("/token")
  })
  const code = locationOf(answered).searchParams.get("code") ?? ""
  const tokens = await readTokens(await redeem(client, { code, ...pkce }, {}, { baseUrl: there }))
  const sent = `${await listens}${await watches}`
  for (const secret of [code, pkce.codeVerifier, tokens.access_token, tokens.refresh_token, stateToken]) {
    expect(sent).not.toContain(secret)
  }
})

test("a stream continues where the last one ended", async () => {
  const client = await registerClient()
  const tokens = await obtainTokens(client, await insertUser())
  const [flowId = ""] = tokens.refresh_token.split(".")
  const operator = await openOperatorBrowser()
  const { recorded } = await readFlow(operator, flowId, 2)
  const newest = Math.max(...recorded.map(({ seq }) => seq))
  const later = readStream(operator, `/flows/${flowId}/stream?after=${newest}`, (_, data) =>
    recordedIn(data).some(({ path }) => path === "/revoke"),
  )
  await postForm("/revoke", client, { token: tokens.refresh_token })
  expect(await later).toMatch(/^id: \d+$/m)
})

test("HEAD opens no stream, and a new stream continues after the id of the last event", async () => {
  const client = await registerClient()
  const tokens = await obtainTokens(client, await insertUser())
  const [flowId = ""] = tokens.refresh_token.split(".")
  const operator = await openOperatorBrowser()
  const { recorded } = await readFlow(operator, flowId, 2)
  const head = await operator.fetch(`/flows/${flowId}/stream`, { method: "HEAD" })
  expect([head.status, await head.text()]).toEqual([200, ""])
  const seqs = recorded.map(({ seq }) => seq).sort((a, b) => a - b)
  // The stream sends requests of the last ten seconds again, and none that is older.
  const later = String((seqs.at(-1) ?? 0) + 11_000 * lanes)
  const headers = { "Last-Event-ID": later }
  const sent = await readStream(operator, `/flows/${flowId}/stream`, (event) => event === "flow", headers)
  expect(sent).toContain(`"recorded":[]`)
})

test("a request that an instance stores late is still sent, once", async () => {
  const now = Date.now()
  const clientId = `client-${generateTimeOrderedId(new Date())}`
  const [flow, other, late] = [flowAt(now), flowAt(now), flowAt(now - 3_000)].map((one) => ({ ...one, clientId })) as [
    RecordedFlow,
    RecordedFlow,
    RecordedFlow,
  ]
  await recordFlows([eventAt(flow, now)], [flow, other])
  const operator = await openOperatorBrowser()
  const seen = new Set<number>()
  const reads = readStream(operator, `/flows/${flow.id}/stream`, (_, data) => {
    for (const { at } of recordedIn(data)) seen.add(at)
    return seen.has(now + 5)
  })
  const changed = new Set<string>()
  const lists = readStream(operator, `/flows/stream?q=${clientId}&after=${now}`, (_, data) => {
    for (const { id } of data as FlowSummary[]) changed.add(id)
    return changed.has(other.id) && changed.has(late.id)
  })
  await expect.poll(() => [...seen]).toEqual([now])
  await expect.poll(() => changed.has(other.id)).toBe(true)
  await recordFlows([eventAt(flow, now - 3_000), eventAt(late, now - 3_000)], [late])
  await expect.poll(() => seen.has(now - 3_000)).toBe(true)
  await lists
  await recordFlows([eventAt(flow, now + 5)], [])
  const sent = await reads
  for (const at of [now, now - 3_000, now + 5]) expect(sent.split(`"at":${at},"durationMs":1,"steps"`)).toHaveLength(2)
})

test("the list's stream starts where its page did, and sends only flows that match the search", async () => {
  const now = Date.now()
  const clientId = `client-${generateTimeOrderedId(new Date())}`
  const [early, wanted, foreign] = [
    { ...flowAt(now - 90_000), clientId },
    { ...flowAt(now - 60_000), clientId },
    flowAt(now - 60_000),
  ]
  await recordFlows([], [early, wanted, foreign])
  const operator = await openOperatorBrowser()
  const path = `/flows/stream?q=${clientId}&after=${now - 61_000}`
  const sent = await readStream(operator, path, (event) => event === "flows")
  expect(sent).toContain(wanted.id)
  expect(sent).not.toContain(early.id)
  expect(sent).not.toContain(foreign.id)
})

test("a stream sends every flow that changed before it was opened, also when one read is not enough", async () => {
  const now = Date.now()
  const clientId = `client-${generateTimeOrderedId(new Date())}`
  const changed = Array.from({ length: maxRows + 5 }, (_, i) => ({ ...flowAt(now - 60_000 + i), clientId }))
  await recordFlows([], changed)
  const sent = new Set<string>()
  const path = `/flows/stream?q=${clientId}&after=${now - 90_000}`
  await readStream(await openOperatorBrowser(), path, (_, data) => {
    for (const { id } of data as FlowSummary[]) sent.add(id)
    return sent.size === changed.length
  })
})

test("the outcome is that of the authorization, and later refused requests are counted", async () => {
  const client = await registerClient()
  const operator = await openOperatorBrowser()
  const code = await obtainCode(client, await insertUser())
  const flowId = flowIdOf(await redeem(client, { code: code.code, ...makePkce() }))
  const mismatch = { refused: 1, reason: "code_verifier_mismatch" }
  expect(await readFlow(operator, flowId, 2)).toMatchObject({ outcome: "in progress", ...mismatch })
  const tokens = await readTokens(await redeem(client, code))
  expect(await readFlow(operator, flowId, 3)).toMatchObject({ outcome: "succeeded", ...mismatch })
  await redeem(client, { code: code.code, ...makePkce() })
  expect(await readFlow(operator, flowId, 4)).toMatchObject({ outcome: "succeeded", ...mismatch, refused: 2 })
  await postForm("/revoke", client, { token: tokens.refresh_token })
  await fetch(new URL("/introspect", testEnvironment().issuer), {
    headers: { Authorization: `Bearer ${tokens.access_token}` },
  })
  expect(await readFlow(operator, flowId, 6)).toMatchObject({
    outcome: "revoked",
    refused: 3,
    reason: "access_token_revoked",
  })

  const user = await insertUser()
  const other = await obtainTokens(client, user)
  const [sessionId = ""] = other.refresh_token.split(".")
  expect(await readFlow(operator, sessionId, 2)).toMatchObject({ outcome: "succeeded", refused: 0 })
  const session = { id: sessionId, userId: user.id, clientId: client.clientId }
  await revokeSession(session, "revoked_by_operator", new Date(), {})
  expect(await readFlow(operator, sessionId, 2)).toMatchObject({ outcome: "revoked", refused: 0 })
  const list = await (await operator.fetch(`/flows?q=${client.clientId}&outcome=revoked`)).text()
  for (const id of [flowId, sessionId]) expect(list).toContain(id)
  expect(await (await operator.fetch(`/flows?q=${client.clientId}&outcome=failed`)).text()).toContain(
    "No matching flows",
  )
})

test("a request that another version of the server recorded is left out, and the others are shown", async () => {
  const now = Date.now()
  const flow = { ...flowAt(now), lastStep: "authorization.no_such_step" }
  const known = eventAt(flow, now)
  const unknown = eventAt(flow, now + 1)
  await recordFlows([known, { ...unknown, data: unknown.data.replace("calls_authorize", "no_such_step") }], [flow])
  const operator = await openOperatorBrowser()
  expect((await operator.fetch(`/flows?q=${flow.id.slice(0, -1)}`)).status).toBe(200)
  expect((await operator.fetch(`/flows/${flow.id}`)).status).toBe(200)
  const { recorded } = (await (await operator.fetch(`/flows/${flow.id}/export?as=json`)).json()) as FlowRecord
  expect(recorded.map(({ at }) => at)).toEqual([now])
})

test("a process limits its open streams, and refuses one more with Retry-After", async () => {
  const server = await startOwnServer({ DEMO: "on" })
  const flow = flowAt(Date.now())
  await recordFlows([eventAt(flow, Date.now())], [flow])
  const paths = ["/flows/stream", `/flows/${flow.id}/stream`]
  // The responses are kept too: fetch cancels the body of one that is garbage-collected, and its stream would end.
  const opened: { response: Response; abort: AbortController }[] = []
  const open = async (path: string) => {
    const abort = new AbortController()
    const response = await fetch(`${server.issuer}${path}`, { signal: abort.signal })
    if (response.status === 200) opened.push({ response, abort })
    return response
  }
  for (let i = 0; i < maxStreams; i++) {
    const path = paths[i % paths.length] ?? ""
    expect((await fetch(`${server.issuer}${path}`, { method: "HEAD" })).status).toBe(200)
    expect((await open(path)).status).toBe(200)
  }
  for (const path of paths) {
    const refused = await open(path)
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "3"])
  }
  opened[0]?.abort.abort()
  await expect.poll(async () => (await open("/flows/stream")).status).toBe(200)
  for (const { abort } of opened) abort.abort()
  await server.stop()
})

test("a flow is exported as Mermaid, JSON and HTTP archive, without secrets", async () => {
  const client = await registerClient()
  const code = await obtainCode(client, await insertUser())
  const wrong = await redeem(client, { code: code.code, ...makePkce() })
  const tokens = await readTokens(await redeem(client, code))
  const flowId = flowIdOf(wrong)
  const operator = await openOperatorBrowser()
  const flow = await readFlow(operator, flowId, 3)
  expect(flow).toMatchObject({ client: { id: client.clientId }, outcome: "succeeded", refused: 1 })
  const texts: string[] = []
  for (const [format, type] of [
    ["mermaid", "text/plain; charset=utf-8"],
    ["json", "application/json"],
    ["har", "application/json"],
  ]) {
    const response = await operator.fetch(`/flows/${flowId}/export?as=${format}`)
    expect(response.headers.get("content-type")).toBe(type)
    expect(response.headers.get("content-disposition")).toMatch(/^attachment; filename="flow-.{22}\.\w+"$/)
    texts.push(await response.text())
  }
  expect(texts[0]).toContain("Token Issue Service-xToken Issue Service: Verifies code verifier with code challenge")
  const secrets = [code.code, code.codeVerifier, tokens.access_token, tokens.refresh_token, client.clientSecret ?? ""]
  for (const secret of secrets) expect(texts.join("\n")).not.toContain(secret)
  expect((await operator.fetch(`/flows/${flowId}/export?as=pdf`)).status).toBe(400)
})

test("a server stops cleanly while a stream is open", async () => {
  const server = await startOwnServer({ DEMO: "on" })
  const response = await fetch(`${server.issuer}/flows/stream`)
  expect(response.status).toBe(200)
  const ended = response.text().catch(() => "interrupted")
  expect(await server.stop()).toBe(0)
  await ended
})
