import { execFile } from "node:child_process"
import { once } from "node:events"
import { writeFileSync } from "node:fs"
import http, { type IncomingMessage, type OutgoingHttpHeaders } from "node:http"
import https from "node:https"
import type { AddressInfo } from "node:net"
import path from "node:path"
import { promisify } from "node:util"
import { generate } from "selfsigned"
import { byOperator } from "@/lib/data/audit-events"
import { deleteClient, listClients } from "@/lib/data/clients"
import { makeTestFolder } from "@/lib/testing/database"
import { findFreePort } from "@/lib/testing/free-port"
import { root } from "@/lib/testing/packages"
import { openDocumentSite } from "../fixtures/document-site"
import { testEnvironment } from "../fixtures/environment"
import { runCli } from "../fixtures/example"
import { startOwnServer } from "../fixtures/own-server"
import { remember } from "../fixtures/secrets"
import { expect, redirectUri, registerClient, test } from "../fixtures/world"

type Finding = { check: string; status: string; found: string; fix: string }
type Run = { exitCode: number; findings: Finding[]; stderr: string }

/** Runs the doctor as an operator does. @param input what it gets on standard input */
async function runDoctor(
  issuer: string,
  { args = [], env = {}, input = "" }: { args?: string[]; env?: Record<string, string>; input?: string } = {},
): Promise<Run> {
  const options = {
    cwd: root,
    env: { ...process.env, DATABASE_URL: "postgres://nowhere.invalid/none", SECRET: "s".repeat(32), ...env },
  }
  const command = ["lib/cli/launch.mjs", "doctor", issuer, "--json", ...args]
  const running = promisify(execFile)(process.execPath, command, options)
  running.child.stdin?.end(input)
  const run: Promise<{ stdout: string; stderr: string; code?: number }> = running
  const { stdout, stderr, code = 0 } = await run.catch((error) => error)
  const { findings } = stdout === "" ? { findings: [] } : (JSON.parse(stdout) as { findings: Finding[] })
  return { exitCode: code, findings, stderr }
}

const find = ({ findings }: Run, wanted: string) => findings.find(({ check }) => check === wanted)
const failures = ({ findings }: Run) => findings.filter(({ status }) => status === "failed").map(({ check }) => check)
const doctorClients = async () =>
  (await listClients()).filter(({ clientName }) => clientName.startsWith("OAuth Flow doctor"))

test.afterEach(async () => {
  for (const { clientId } of await doctorClients()) await deleteClient(clientId, byOperator)
})

type Break = {
  /** Returns a status to answer with, instead of passing the request on. */
  request?: (request: IncomingMessage) => number | undefined
  /** Changes the headers of the response, or returns another status. */
  response?: (headers: OutgoingHttpHeaders, request: IncomingMessage) => number | undefined
  body?: (text: string) => string
}

type Proxy = { close: () => Promise<unknown> }

/** A proxy in front of a server that does one thing wrong. @param tls its key and certificate, for https */
async function openBadProxy(
  port: number,
  target: string,
  { request: onRequest, response: onResponse, body = (text) => text }: Break = {},
  tls?: { key: string; cert: string },
): Promise<Proxy> {
  const handle: http.RequestListener = (request, response) => {
    const status = onRequest?.(request)
    if (status !== undefined) return void response.writeHead(status).end()
    const forwarded = http.request(
      target + request.url,
      { method: request.method, headers: request.headers },
      (answer) => {
        const chunks: Buffer[] = []
        answer.on("data", (chunk) => chunks.push(chunk))
        answer.on("end", () => {
          const { "content-length": _, ...headers } = answer.headers
          const other = onResponse?.(headers, request)
          response.writeHead(other ?? answer.statusCode ?? 500, headers)
          response.end(body(Buffer.concat(chunks).toString()))
        })
      },
    )
    request.pipe(forwarded)
  }
  const server = tls ? https.createServer(tls, handle) : http.createServer(handle)
  await once(server.listen(port, "localhost"), "listening")
  return { close: () => new Promise((resolve) => server.close(resolve)) }
}

/** Changes one header of all responses that have it. */
const changeHeader =
  (name: string, change: (value: string) => OutgoingHttpHeaders[string]) => (headers: OutgoingHttpHeaders) => {
    const value = headers[name]
    if (value !== undefined) headers[name] = change([value].flat().join())
    return undefined
  }

test("the doctor finds no problem in a server that has none, needs no database, and leaves nothing behind", async () => {
  const run = await runDoctor(testEnvironment().issuer)
  expect(run.findings.filter(({ status }) => status !== "ok").map(({ check }) => check)).toEqual(["Cursor"])
  expect(run.exitCode).toBe(0)
  expect(find(run, "Registration")?.found).toContain("The 3 of this check are deleted again")
  expect(find(run, "Sign-in")?.found).toContain("its page opens")
  expect(find(run, "Cursor")).toMatchObject({
    status: "warning",
    found: expect.stringContaining("cursor://anysphere.cursor-mcp/oauth/callback"),
    fix: expect.stringContaining("--any-scheme"),
  })
  expect(await doctorClients()).toEqual([])
})

test("without --json, the doctor prints a line for each check, its fix, and a summary", async () => {
  const { issuer } = testEnvironment()
  const options = { cwd: root, env: { ...process.env, NO_COLOR: "1" } }
  const { stdout } = await promisify(execFile)(process.execPath, ["lib/cli/launch.mjs", "doctor", issuer], options)
  expect(stdout).toContain(`ok       Issuer                ${issuer}\n`)
  expect(stdout).toMatch(/\n\nok {7}Auth\.js {15}It finds/)
  expect(stdout).toMatch(/\nwarning {2}Cursor {16}.*\n {32}Fix: Register it with/)
  expect(stdout).toMatch(/\n\nNo problem found, and 1 warning\.\n$/)
})

test("what the doctor recommends for Cursor works", async () => {
  const cursor = "cursor://anysphere.cursor-mcp/oauth/callback"
  const args = ["client", "create", "--name", "Cursor", "--public", "--any-scheme", "--redirect-uri", cursor]
  const { client_id } = await runCli<{ client_id: string }>(...args)
  const run = await runDoctor(testEnvironment().issuer, { args: ["--client-id", client_id, "--redirect-uri", cursor] })
  expect(find(run, "Sign-in")).toMatchObject({ status: "ok" })
})

const isForm = ({ url }: IncomingMessage) => url === "/sign-in/submit"

/** What a proxy can do wrong, the check that finds it, and the fix that it recommends. */
const breaks: [check: string, fix: RegExp, Break][] = [
  [
    "Authorization header",
    /pass the Authorization header/,
    { request: ({ headers }) => void delete headers.authorization },
  ],
  [
    "Long requests",
    /large_client_header_buffers/,
    { request: ({ url = "" }) => (url.length > 2_500 ? 414 : undefined) },
  ],
  [
    "Long responses",
    /proxy_buffer_size/,
    { response: ({ location = "" }) => (String(location).length > 2_500 ? 502 : undefined) },
  ],
  [
    "Long responses",
    /Location/,
    { response: changeHeader("location", (url) => (url.length > 2_500 ? "/somewhere" : url)) },
  ],
  ["CORS", /OPTIONS/, { request: ({ method }) => (method === "OPTIONS" ? 405 : undefined) }],
  ["CORS", /no CORS headers/, { response: changeHeader("access-control-allow-origin", (value) => [value, "*"]) }],
  [
    "OAuth metadata",
    /well-known/,
    { request: ({ url = "" }) => (url.endsWith("oauth-authorization-server") ? 404 : undefined) },
  ],
  [
    "Endpoints",
    /ISSUER/,
    { body: (text) => text.replace(/"end_session_endpoint":"[^"]*"/, '"end_session_endpoint":"/"') },
  ],
  [
    "Endpoints",
    /ISSUER/,
    { body: (text) => text.replace(/("registration_endpoint"):"[^"]*"/, '$1:"http://127.0.0.1:9/register"') },
  ],
  ["Keys", /jwks/, { request: ({ url }) => (url === "/jwks" ? 502 : undefined) }],
  ["Keys", /jwks/, { body: (text) => text.replace(/^\{"keys":.*/, '{"keys":[null]}') }],
  ["Clock", /NTP/, { response: changeHeader("date", () => new Date(Date.now() - 120_000).toUTCString()) }],
  ["Cookies", /Set-Cookie/, { response: (headers) => void delete headers["set-cookie"] }],
  ["Cookies", /Set-Cookie/, { response: changeHeader("set-cookie", (value) => value.replace("Path=/", "Path=/auth")) }],
  ["Cookies", /Set-Cookie/, { response: changeHeader("set-cookie", (value) => `${value}; Domain=example.com`) }],
  ["Cookies", /Cookie header/, { request: ({ headers }) => void delete headers.cookie }],
  [
    "Cookies",
    /both headers/,
    { request: ({ headers }) => void Object.assign(headers, headers.origin && { origin: "http://10.0.0.1:3000" }) },
  ],
  ["Cookies", /forms/, { request: (request) => (isForm(request) ? 405 : undefined) }],
  [
    "Cookies",
    /proxy_buffer_size/,
    { response: ({ "set-cookie": cookie = "" }) => (String(cookie).length > 1_500 ? 502 : undefined) },
  ],
  ["Registration", /JSON/, { request: ({ url }) => (url === "/register" ? 405 : undefined) }],
  ["Sign-in", /URL and the Cookie/, { request: ({ url = "" }) => (url.startsWith("/sign-in?") ? 404 : undefined) }],
  [
    "Sign-in",
    /redirects/,
    { response: changeHeader("location", (url) => (url.includes("/sign-in?") ? "http://10.0.0.1:3000/sign-in" : url)) },
  ],
  [
    "Sign-in",
    /redirects/,
    {
      response: changeHeader("location", (url) =>
        url.replace(/^(http:\/\/localhost:\d+)(?=\/sign-in\?)/, "$1.evil.example"),
      ),
    },
  ],
  [
    "Discovery",
    /ISSUER/,
    {
      request: ({ url = "" }) => (url.endsWith("openid-configuration") ? 301 : undefined),
    },
  ],
]

test("the doctor names what a proxy does wrong, and the fix", async () => {
  test.setTimeout(180_000)
  // The issuer is the proxy, as it is in production.
  const port = await findFreePort()
  const server = await startOwnServer({ REGISTRATION: "open" }, `http://localhost:${port}`)
  try {
    const right = await openBadProxy(port, server.baseUrl)
    expect(failures(await runDoctor(server.issuer))).toEqual([])
    await right.close()
    for (const [check, fix, broken] of breaks) {
      const proxy = await openBadProxy(port, server.baseUrl, broken)
      const run = await runDoctor(server.issuer)
      await proxy.close()
      expect(failures(run), `${check} ${fix}: ${JSON.stringify(run.findings)}`).toEqual([check])
      expect(find(run, check)?.fix).toMatch(fix)
      expect(run.exitCode).toBe(1)
      expect(await doctorClients(), check).toEqual([])
    }
    await findMissingMetadata(port, server.baseUrl, server.issuer)
    await findClientsThatStay(port, server.baseUrl, server.issuer)
    await keepTokensFromOtherServers(port, server.baseUrl, server.issuer)
  } finally {
    await server.stop()
  }
})

/** A proxy or a cache that changes the metadata. */
async function findMissingMetadata(port: number, target: string, issuer: string): Promise<void> {
  const body = (text: string) => text.replace('"code_challenge_methods_supported":["S256"],', "")
  const proxy = await openBadProxy(port, target, { body })
  const run = await runDoctor(issuer)
  await proxy.close()
  expect(failures(run)).toEqual(["Auth.js", "openid-client", "MCP clients", "Cursor"])
  expect(find(run, "Auth.js")?.found).toContain("code_challenge_methods_supported without S256")
}

/** Without DELETE, the operator deletes what the doctor registered. */
async function findClientsThatStay(port: number, target: string, issuer: string): Promise<void> {
  const request = ({ method }: IncomingMessage) => (method === "DELETE" ? 405 : undefined)
  const proxy = await openBadProxy(port, target, { request })
  const run = await runDoctor(issuer)
  await proxy.close()
  const left = (await doctorClients()).map(({ clientId }) => clientId)
  expect(left).toHaveLength(3)
  expect(find(run, "Registration")).toMatchObject({ status: "warning" })
  for (const id of left) expect(find(run, "Registration")?.fix).toContain(`client delete ${id}`)
}

/** The token of a registration is for the server where the client was registered. */
async function keepTokensFromOtherServers(port: number, target: string, issuer: string): Promise<void> {
  let requests = 0
  const other = http.createServer((_, response) => {
    requests++
    response.writeHead(204).end()
  })
  await once(other.listen(0, "127.0.0.1"), "listening")
  const uri = `http://127.0.0.1:${(other.address() as AddressInfo).port}/register`
  const body = (text: string) => text.replace(/("registration_client_uri"):"[^"]*"/, `$1:"${uri}"`)
  const proxy = await openBadProxy(port, target, { body })
  const run = await runDoctor(issuer)
  await proxy.close()
  other.close()
  expect(find(run, "Registration")).toMatchObject({ status: "warning", fix: expect.stringContaining("client delete") })
  expect(requests).toBe(0)
}

test("behind https and without registration, cookies and sizes are checked too", async () => {
  test.setTimeout(120_000)
  const folder = makeTestFolder()
  const port = await findFreePort()
  const server = await startOwnServer({ TRUSTED_PROXIES: "1" }, `https://localhost:${port}`)
  const tls = await makeCertificate("localhost", new Date(Date.now() + 86_400_000))
  const file = path.join(folder.path, "certificate.pem")
  writeFileSync(file, tls.cert)
  const env = { NODE_EXTRA_CA_CERTS: file }
  const run = async (broken: Break, args: string[] = []) => {
    const proxy = await openBadProxy(port, server.baseUrl, broken, tls)
    const result = await runDoctor(server.issuer, { env, args })
    await proxy.close()
    return result
  }
  try {
    const right = await run({})
    expect([right.exitCode, failures(right)]).toEqual([0, []])
    for (const check of ["TLS", "Cookies", "Long requests", "Long responses"]) {
      expect(find(right, check)?.status, check).toBe("ok")
    }
    expect(find(right, "Registration")?.found).toContain("cannot register themselves")
    expect(find(right, "Sign-in")).toMatchObject({ status: "warning", fix: expect.stringContaining("--client-id") })
    expect(find(right, "MCP clients")).toMatchObject({
      status: "warning",
      fix: expect.stringContaining("REGISTRATION"),
    })
    expect(find(right, "oauth2-proxy")?.found).toContain("/oauth2/callback")

    const wrong: [RegExp, Break][] = [
      [/without Secure/, { response: changeHeader("set-cookie", (value) => value.replace("; Secure", "")) }],
      [/__Host-/, { response: changeHeader("set-cookie", (value) => value.replace("__Host-", "")) }],
    ]
    for (const [found, broken] of wrong) {
      const result = await run(broken)
      expect(failures(result)).toEqual(["Cookies"])
      expect(find(result, "Cookies")?.found).toMatch(found)
      expect(find(result, "Sign-in")?.status).toBe("warning")
    }

    const { clientId } = await registerClient()
    const args = ["--client-id", clientId, "--redirect-uri", redirectUri]
    expect(find(await run({}, args), "Sign-in")).toMatchObject({ status: "ok" })
    const cut = await run({ request: ({ url = "" }) => (url.length > 1_200 ? 414 : undefined) }, args)
    expect(failures(cut)).toEqual(["Long requests", "Sign-in"])
  } finally {
    await server.stop()
    folder.remove()
  }
})

test("a client that the server refuses is named with the reason", async () => {
  const { issuer } = testEnvironment()
  const { clientId } = await registerClient()
  const strict = await registerClient({ scope: "openid", strictScope: true })
  const refused: [clientId: string, redirectUri: string, found: RegExp][] = [
    ["unknown", redirectUri, /not registered with this server/],
    [clientId, `${redirectUri}/`, /redirect_uri does not match/],
    [strict.clientId, redirectUri, /scope/],
    ["https://client.example/metadata", redirectUri, /accepts no URL/],
  ]
  for (const [id, uri, found] of refused) {
    const run = await runDoctor(issuer, { args: ["--client-id", id, "--redirect-uri", uri] })
    expect(failures(run)).toEqual(["Sign-in"])
    expect(find(run, "Sign-in")?.found).toMatch(found)
  }
  for (const args of [
    ["--client-id", clientId],
    ["--client-id", clientId, "--redirect-uri", ""],
    ["--redirect-uri", redirectUri],
    ["--client-id", "", "--redirect-uri", redirectUri],
  ]) {
    const { exitCode, stderr } = await runDoctor(issuer, { args })
    expect(exitCode).toBe(2)
    expect(stderr).toMatch(/Add --(redirect-uri|client-id)/)
  }
})

test("a client whose ID is the URL of its metadata starts a sign-in", async () => {
  const documents = await openDocumentSite()
  const env = { NODE_EXTRA_CA_CERTS: documents.certificateFile }
  const settings = { ...env, CLIENT_ID_METADATA_DOCUMENTS: "on" }
  const servers = await Promise.all([
    startOwnServer({ ...settings, CLIENT_DOCUMENT_NETWORKS: "127.0.0.0/8,::1/128" }),
    // It must not connect to a private address.
    startOwnServer(settings),
  ])
  const [server, withoutAccess] = servers
  try {
    const document = { client_name: "A client", redirect_uris: [redirectUri], token_endpoint_auth_method: "none" }
    const url = documents.publish(document)
    const run = (issuer: string, clientId: string) => runDoctor(issuer, { env, args: ["--client-id", clientId] })
    const right = await run(server.issuer, url)
    expect(find(right, "Sign-in")).toMatchObject({ status: "ok" })
    expect(find(right, "MCP clients")).toMatchObject({ status: "ok", found: expect.stringContaining("which works") })

    const wrong: [issuer: string, clientId: string, found: RegExp, fix: RegExp][] = [
      [withoutAccess.issuer, url, /metadata document/, /https requests to the internet/],
      [server.issuer, documents.publish({ ...document, client_id: "other" }), /not its own URL/, /document/],
      [server.issuer, `${documents.origin}/missing.json`, /status 404/, /--redirect-uri/],
    ]
    for (const [issuer, clientId, found, fix] of wrong) {
      const result = await run(issuer, clientId)
      expect(failures(result)).toEqual(["Sign-in"])
      expect(find(result, "Sign-in")?.found).toMatch(found)
      expect(find(result, "Sign-in")?.fix).toMatch(fix)
    }
  } finally {
    await Promise.all(servers.map((each) => each.stop()))
    await documents.close()
  }
})

test("with REGISTRATION=token, the doctor registers with an initial access token, and names what clients need", async () => {
  test.setTimeout(120_000)
  const [server, limited] = await Promise.all([
    startOwnServer({ REGISTRATION: "token" }),
    startOwnServer({ REGISTRATION: "open", REGISTRATIONS_PER_ADDRESS: "1" }),
  ])
  const createToken = async (...args: string[]) => {
    const command = ["client", "registration-token", ...args]
    const { initial_access_token } = await runCli<{ initial_access_token: string }>(...command)
    return remember(initial_access_token) ?? ""
  }
  const run = (token: string) => runDoctor(server.issuer, { args: ["--initial-access-token-stdin"], input: token })
  try {
    const without = await runDoctor(server.issuer)
    expect(failures(without)).toEqual([])
    expect(find(without, "Registration")).toMatchObject({
      status: "warning",
      found: expect.stringMatching(/initial access token/),
    })
    expect(find(without, "MCP clients")).toMatchObject({
      status: "warning",
      found: expect.stringMatching(/cannot send/),
    })
    expect(find(without, "oidc-agent")?.found).toContain("with an initial access token")

    const reusable = await run(`${await createToken("--reusable")}\nmore\n`)
    expect(failures(reusable)).toEqual([])
    expect(find(reusable, "Registration")).toMatchObject({
      status: "ok",
      found: expect.stringMatching(/The 2 of this check/),
    })
    expect(find(reusable, "openid-client")?.found).toContain("can register itself")
    expect(find(reusable, "MCP clients")).toMatchObject({ status: "warning" })
    expect(find(reusable, "Sign-in")).toMatchObject({ status: "ok" })

    const once = await run(await createToken())
    expect(find(once, "Registration")).toMatchObject({
      status: "warning",
      found: expect.stringMatching(/was used before/),
      fix: expect.stringMatching(/--reusable/),
    })
    const forged = await run("forged")
    expect(find(forged, "Registration")).toMatchObject({
      status: "warning",
      found: expect.stringMatching(/was altered/),
    })
    expect((await run("")).exitCode).toBe(2)
    const many = await runDoctor(limited.issuer)
    expect(find(many, "Registration")).toMatchObject({
      status: "warning",
      found: expect.stringMatching(/Too many clients/),
    })
    expect(await doctorClients()).toEqual([])
  } finally {
    await Promise.all([server.stop(), limited.stop()])
  }
})

test("the doctor explains another issuer, http, and a server that does not answer", async () => {
  const { issuer } = testEnvironment()
  const other = await runDoctor(issuer.replace("localhost", "127.0.0.1"))
  expect(find(other, "Issuer")?.found).toContain(issuer)
  // Nothing more is sent to the endpoints, which may be those of another server.
  expect(failures(other)).toEqual(["Issuer"])
  expect(find(other, "Registration")).toBeUndefined()
  const slash = await runDoctor(`${issuer}/`)
  expect(find(slash, "Issuer")?.fix).toContain("without the slash")
  const plain = await runDoctor(issuer.replace("localhost", "0.0.0.0"))
  expect(find(plain, "TLS")).toMatchObject({ status: "failed", fix: expect.stringContaining("proxy with TLS") })
  const nothing = await runDoctor(`http://localhost:${await findFreePort()}`)
  expect(nothing).toMatchObject({
    exitCode: 1,
    findings: [{ check: "Discovery", fix: expect.stringContaining("Start the server") }],
  })
})

async function makeCertificate(name: string, notAfterDate: Date): Promise<{ key: string; cert: string }> {
  const { cert, private: key } = await generate([{ name: "commonName", value: name }], {
    notBeforeDate: new Date(2020, 0),
    notAfterDate,
    extensions: [
      { name: "basicConstraints", cA: true },
      { name: "subjectAltName", altNames: [{ type: 2, value: name }] },
    ],
  })
  return { cert, key }
}

/** A server with TLS and its own certificate. */
async function openTlsServer(name: string, notAfterDate: Date) {
  const { cert, key } = await makeCertificate(name, notAfterDate)
  const server = https.createServer({ cert, key }, (_, response) => response.end("{}"))
  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve))
  return { cert, url: `https://localhost:${(server.address() as AddressInfo).port}`, server }
}

test("the doctor explains what is wrong with the certificate", async () => {
  const folder = makeTestFolder()
  const later = new Date(Date.now() + 86_400_000)
  try {
    for (const [name, notAfter, isTrusted, found] of [
      ["localhost", later, false, "self-signed"],
      ["elsewhere.example", later, true, "is for another name"],
      ["localhost", new Date(2021, 0), true, "has expired"],
    ] as const) {
      const { cert, url, server } = await openTlsServer(name, notAfter)
      const file = path.join(folder.path, "certificate.pem")
      writeFileSync(file, cert)
      const { exitCode, findings } = await runDoctor(url, isTrusted ? { env: { NODE_EXTRA_CA_CERTS: file } } : {})
      expect(findings).toMatchObject([{ check: "Discovery", status: "failed", found: expect.stringContaining(found) }])
      expect(exitCode).toBe(1)
      server.close()
    }
    const { findings } = await runDoctor(testEnvironment().issuer.replace("http:", "https:"))
    expect(findings).toMatchObject([{ found: expect.stringContaining("does not speak TLS") }])
  } finally {
    folder.remove()
  }
})
