import { findClient } from "@/lib/data/clients"
import { expectCode, expectErrorPage } from "../fixtures/authorization"
import { type DocumentSite, openDocumentSite } from "../fixtures/document-site"
import { runCli } from "../fixtures/example"
import { postPage } from "../fixtures/forms"
import { startInstance } from "../fixtures/instances"
import type { TestServer } from "../fixtures/server"
import {
  expect,
  insertUser,
  makePkce,
  openBrowser,
  postForm,
  readTokens,
  redirectUri,
  registerClient,
  TestBrowser,
  type TestClient,
  test,
} from "../fixtures/world"

let site: DocumentSite
let server: TestServer
test.beforeAll(async () => {
  site = await openDocumentSite()
  server = await startInstance({
    CLIENT_ID_METADATA_DOCUMENTS: "on",
    CLIENT_DOCUMENT_NETWORKS: "127.0.0.0/8,::1/128",
    NODE_EXTRA_CA_CERTS: site.certificateFile,
    PROCESSES: "1",
  })
})
test.afterAll(async () => {
  await server?.stop()
  await site?.close()
})

const document = { client_name: "A published client", redirect_uris: [redirectUri] }

function visit(browser: TestBrowser, clientId: string, changes: Record<string, string> = {}, pkce = makePkce()) {
  const parameters = {
    client_id: clientId,
    redirect_uri: redirectUri,
    response_type: "code",
    scope: "openid",
    state: "the-client-s-state",
    code_challenge: pkce.codeChallenge,
    code_challenge_method: "S256",
  }
  return browser.fetch(`/authorize?${new URLSearchParams({ ...parameters, ...changes })}`)
}

/** Allows the client on the consent page. @returns the response of /callback */
async function allow(browser: TestBrowser, atAuthorize: Response): Promise<Response> {
  const location = atAuthorize.headers.get("location") ?? ""
  const { pathname, search } = new URL(location)
  expect(pathname).toBe("/consent")
  const allowed = await postPage(browser, pathname + search, {}, { button: "Allow" })
  const next = new URL(allowed.headers.get("location") ?? "")
  return browser.fetch(next.pathname + next.search)
}

test("a client whose ID is the URL of its metadata signs a user in - Client ID Metadata Document 3, 4", async () => {
  const clientId = site.publish(document)
  const browser = await openBrowser(await insertUser(), server.baseUrl)
  const pkce = makePkce()
  const atAuthorize = await visit(browser, clientId, {}, pkce)
  expect(await findClient(clientId)).toBeNull()
  const consent = new URL(atAuthorize.headers.get("location") ?? "")
  const page = await (await browser.fetch(consent.pathname + consent.search)).text()
  expect(page).toContain("A published client")
  expect(page).toContain(new URL(site.origin).host)
  const code = expectCode(await allow(browser, atAuthorize))
  const client = { ...(await findClient(clientId)), clientSecret: null } as TestClient
  expect(client).toMatchObject({ source: "document", tokenEndpointAuthMethod: "none" })
  const form = { grant_type: "authorization_code", code, code_verifier: pkce.codeVerifier }
  const tokens = await readTokens(await postForm("/token", client, form, { baseUrl: server.baseUrl }))
  const refreshed = { grant_type: "refresh_token", refresh_token: tokens.refresh_token }
  await readTokens(await postForm("/token", client, refreshed, { baseUrl: server.baseUrl }))
  expect(site.requests.filter((requested) => clientId.endsWith(requested))).toHaveLength(1)
  expectCode(await visit(browser, clientId))
  const metadata = await fetch(new URL("/.well-known/oauth-authorization-server", server.baseUrl))
  expect(await metadata.json()).toMatchObject({ client_id_metadata_document_supported: true })
})

test("a document that is not valid is an error page that names the problem - Client ID Metadata Document 4.1", async () => {
  const wrong: [Record<string, unknown>, RegExp][] = [
    [{ ...document, client_id: "https://elsewhere.example/client.json" }, /its client_id is not its own URL/],
    [{ ...document, client_id: undefined }, /its client_id is not its own URL/],
    [{ ...document, client_secret: "a secret" }, /client_secret/],
    [{ ...document, token_endpoint_auth_method: "client_secret_basic" }, /client_secret/],
    [{ ...document, redirect_uris: [] }, /redirect URI/],
    [{ ...document, redirect_uris: ["http://client.example/"] }, /https/],
    [{ ...document, jwks_uri: "https://10.0.0.1/" }, /jwks_uri/],
  ]
  for (const [body, problem] of wrong) {
    const response = await visit(new TestBrowser(server.baseUrl), site.publish(body))
    expect(response.status).toBe(400)
    expect(await response.text()).toMatch(problem)
  }
  const registered = await visit(new TestBrowser(server.baseUrl), site.publish(document), {
    redirect_uri: "https://elsewhere.example/",
  })
  expect(registered.status).toBe(400)
})

test("a document that cannot be used is one error, whatever the reason - Client ID Metadata Document 6.5", async () => {
  const large = JSON.stringify({ ...document, more: "x".repeat(6_000) })
  const unusable = [
    site.publish(() => ({ status: 404, body: JSON.stringify(document) })),
    site.publish(() => ({ status: 302, headers: { Location: site.publish(document) } })),
    site.publish((url) => ({
      headers: { "Content-Type": "text/html" },
      body: JSON.stringify({ ...document, client_id: url }),
    })),
    site.publish(() => ({ body: "{" })),
    site.publish(() => ({ body: large })),
    site.publish(() => ({ silent: true })),
    site.publish(() => ({ raw: "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n" })),
    "https://127.0.0.1/client.json",
    "https://127.1/client.json",
    "https://2130706433/client.json",
    "https://0177.0.0.1/client.json",
    "https://[::1]/client.json",
    "https://[::ffff:127.0.0.1]/client.json",
    "https://does-not-exist.invalid/client.json",
    `${site.origin}/`,
    `${site.origin}/a/../client.json`,
    `${site.origin}/client.json#fragment`,
    `https://user@${new URL(site.origin).host}/client.json`,
    `${site.origin}/${"a".repeat(300)}.json`,
  ]
  const texts = new Set<string>()
  for (const clientId of unusable) {
    const response = await visit(new TestBrowser(server.baseUrl), clientId)
    expect(response.status, clientId).toBe(400)
    const text = await response.text()
    texts.add(/The metadata document at the client_id cannot be used\./.exec(text)?.[0] ?? `${clientId}: ${text}`)
  }
  expect([...texts]).toEqual(["The metadata document at the client_id cannot be used."])
})

test("private addresses are refused unless the operator names them - Client ID Metadata Document 6.5", async () => {
  const guarded = await startInstance({ CLIENT_ID_METADATA_DOCUMENTS: "on", NODE_EXTRA_CA_CERTS: site.certificateFile })
  const off = await startInstance({ CLIENT_ID_METADATA_DOCUMENTS: "off", NODE_EXTRA_CA_CERTS: site.certificateFile })
  try {
    const clientId = site.publish(document)
    for (const { baseUrl } of [guarded, off]) {
      const response = await visit(new TestBrowser(baseUrl), clientId)
      await expectErrorPage(response)
    }
    expect(site.requests.filter((requested) => clientId.endsWith(requested))).toEqual([])
  } finally {
    await Promise.all([guarded.stop(), off.stop()])
  }
})

test("consents end when the redirect hosts of a document change - Client ID Metadata Document 4.2", async () => {
  let uris = [redirectUri]
  const clientId = site.publish((url) => ({
    headers: { "Cache-Control": "no-store" },
    body: JSON.stringify({ client_id: url, client_name: "Moving", redirect_uris: uris }),
  }))
  const user = await insertUser()
  const start = () => openBrowser(user, server.baseUrl)
  const first = await start()
  expectCode(await allow(first, await visit(first, clientId)))
  expectCode(await visit(await start(), clientId))
  uris = [redirectUri, "https://other-client.example/callback"]
  // Another process has nothing in its memory.
  const fresh = await startInstance({
    CLIENT_ID_METADATA_DOCUMENTS: "on",
    CLIENT_DOCUMENT_NETWORKS: "127.0.0.0/8,::1/128",
    NODE_EXTRA_CA_CERTS: site.certificateFile,
  })
  try {
    const response = await visit(await openBrowser(user, fresh.baseUrl), clientId)
    expect(new URL(response.headers.get("location") ?? "").pathname).toBe("/consent")
    expect((await findClient(clientId))?.redirectUris).toEqual(uris)
  } finally {
    await fresh.stop()
  }
})

test("what the operator sets for a published client stays - Client ID Metadata Document 4", async () => {
  const clientId = site.publish(document)
  const user = await insertUser()
  const browser = await openBrowser(user, server.baseUrl)
  expectCode(await allow(browser, await visit(browser, clientId)))
  await runCli("client", "update", clientId, "--first-party")
  expectCode(await visit(await openBrowser(await insertUser(), server.baseUrl), clientId))
})

test("an ordinary client_id is never fetched - Client ID Metadata Document 3", async () => {
  const before = site.requests.length
  await visit(new TestBrowser(server.baseUrl), (await registerClient()).clientId)
  await visit(new TestBrowser(server.baseUrl), site.publish(document).replace("https:", "http:"))
  expect(site.requests).toHaveLength(before)
})
