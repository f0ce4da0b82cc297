import { execFile } from "node:child_process"
import { writeFileSync } from "node:fs"
import http, { type IncomingMessage } from "node:http"
import https from "node:https"
import type { AddressInfo } from "node:net"
import path from "node:path"
import { promisify } from "node:util"
import { generate } from "selfsigned"
import { makeTestFolder } from "@/lib/testing/database"
import { findFreePort } from "@/lib/testing/free-port"
import { root } from "@/lib/testing/packages"
import { testEnvironment } from "../fixtures/environment"
import { startOwnServer } from "../fixtures/own-server"
import { expect, test } from "../fixtures/world"

type Finding = { check: string; status: string; found: string; fix: string }

async function runDoctor(
  issuer: string,
  env: Record<string, string> = {},
): Promise<{ exitCode: number; findings: Finding[] }> {
  const options = {
    cwd: root,
    env: { ...process.env, DATABASE_URL: "postgres://nowhere.invalid/none", SECRET: "s".repeat(32), ...env },
  }
  const args = ["lib/cli/launch.mjs", "doctor", issuer, "--json"]
  const run: Promise<{ stdout: string; code?: number }> = promisify(execFile)(process.execPath, args, options)
  const { stdout, code = 0 } = await run.catch((error) => error)
  return { exitCode: code, findings: (JSON.parse(stdout) as { findings: Finding[] }).findings }
}

type Break = {
  request?: (request: IncomingMessage) => number | undefined
  response?: (headers: Record<string, unknown>, request: IncomingMessage) => unknown
  body?: (text: string) => string
}

/** A proxy in front of the server that does one thing wrong. */
async function openBadProxy(
  target: string,
  { request: onRequest, response: onResponse, body = (text) => text }: Break,
) {
  const server = http.createServer((request, response) => {
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
          onResponse?.(headers, request)
          response.writeHead(answer.statusCode ?? 500, headers as Record<string, string>)
          response.end(body(Buffer.concat(chunks).toString()))
        })
      },
    )
    request.pipe(forwarded)
  })
  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve))
  const url = `http://localhost:${(server.address() as AddressInfo).port}`
  return { url, close: () => new Promise((resolve) => server.close(resolve)) }
}

test("the doctor finds no problem in a server that has none, and needs no database", async () => {
  const { exitCode, findings } = await runDoctor(testEnvironment().issuer)
  expect(findings.filter(({ status }) => status === "failed")).toEqual([])
  expect(exitCode).toBe(0)
  expect(findings.find(({ check }) => check === "Sign-in and cookies")?.status).toBe("ok")
})

test("the doctor names what a proxy does wrong, and the fix", async () => {
  const { issuer } = testEnvironment()
  const breaks: [check: string, fix: RegExp, Break][] = [
    [
      "Authorization header",
      /pass the Authorization header/,
      { request: ({ headers }) => void delete headers.authorization },
    ],
    [
      "Long requests",
      /large_client_header_buffers/,
      { request: ({ url = "" }) => (url.length > 2_000 ? 414 : undefined) },
    ],
    ["CORS", /OPTIONS/, { request: ({ method }) => (method === "OPTIONS" ? 405 : undefined) }],
    [
      "OAuth metadata",
      /well-known/,
      { request: ({ url = "" }) => (url.endsWith("oauth-authorization-server") ? 404 : undefined) },
    ],
    ["Keys", /jwks/, { request: ({ url }) => (url === "/jwks" ? 502 : undefined) }],
    [
      "Clock",
      /NTP/,
      { response: (headers) => Object.assign(headers, { date: new Date(Date.now() - 120_000).toUTCString() }) },
    ],
    ["Sign-in and cookies", /Set-Cookie/, { response: (headers) => void delete headers["set-cookie"] }],
    [
      "Discovery",
      /ISSUER/,
      { response: (headers) => Object.assign(headers, { location: "https://elsewhere.example/" }), request: () => 301 },
    ],
  ]
  for (const [check, fix, broken] of breaks) {
    // The issuer is the proxy, as it would be in production.
    const proxy = await openBadProxy(issuer, {
      ...broken,
      response(headers, request) {
        broken.response?.(headers, request)
        if (typeof headers.location === "string") headers.location = headers.location.replace(issuer, proxy.url)
      },
      body: (text) => text.replaceAll(issuer, proxy.url),
    })
    const { exitCode, findings } = await runDoctor(proxy.url)
    const found = findings.find((finding) => finding.check === check)
    expect(found, `${check}: ${JSON.stringify(findings)}`).toMatchObject({
      status: "failed",
      fix: expect.stringMatching(fix),
    })
    expect(findings.filter(({ status }) => status === "failed")).toHaveLength(1)
    expect(exitCode).toBe(1)
    await proxy.close()
  }
})

test("the doctor explains another issuer, and a server that does not answer", async () => {
  const { issuer } = testEnvironment()
  const other = await runDoctor(issuer.replace("localhost", "127.0.0.1"))
  expect(other.findings.find(({ check }) => check === "Issuer")?.found).toContain(issuer)
  const slash = await runDoctor(`${issuer}/`)
  expect(slash.findings.find(({ check }) => check === "Issuer")?.fix).toContain("without the slash")
  const nothing = await runDoctor(`http://localhost:${await findFreePort()}`)
  expect(nothing).toMatchObject({
    exitCode: 1,
    findings: [{ check: "Discovery", fix: expect.stringContaining("Start the server") }],
  })
  const closed = await startOwnServer({ REGISTRATION: "off" })
  try {
    const { exitCode, findings } = await runDoctor(closed.issuer)
    expect(exitCode).toBe(0)
    expect(findings.find(({ check }) => check === "MCP clients")).toMatchObject({ status: "warning" })
  } finally {
    await closed.stop()
  }
})

/** A server with TLS and its own certificate. */
async function openTlsServer(name: string, notAfterDate: Date) {
  const { cert, private: key } = await generate([{ name: "commonName", value: name }], {
    notBeforeDate: new Date(2020, 0),
    notAfterDate,
    extensions: [
      { name: "basicConstraints", cA: true },
      { name: "subjectAltName", altNames: [{ type: 2, value: name }] },
    ],
  })
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
      const { exitCode, findings } = await runDoctor(url, isTrusted ? { NODE_EXTRA_CA_CERTS: file } : {})
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
