import { readFileSync } from "node:fs"
import { testEnvironment } from "../fixtures/environment"
import { expectEach, expectMethodsAnswered, expectSpellingsAnswered, form, send } from "../fixtures/methods"
import { openConnection } from "../fixtures/raw-connection"
import { expect, test } from "../fixtures/world"

const here = () => ({ baseUrl: testEnvironment().issuer, issuer: testEnvironment().issuer })

test("what does not exist is 404, and a page or a file is 405, for every method, body and Origin - RFC 9110 15.5.5, 15.5.6", async () => {
  await expectMethodsAnswered(here())
})

test("an endpoint answers every method, body and Origin with less than 500 - RFC 9110 15.6.1", async () => {
  const paths = ["/authorize", "/token", "/introspect", "/jwks", "/callback", "/sign-in/submit"]
  await expectEach(here(), paths, ({ status }, _method, about) => {
    expect(status, about).toBeGreaterThanOrEqual(200)
    expect(status, about).toBeLessThan(500)
  })
})

test("a public document under another spelling is a redirect or not found, however long its query - RFC 9110 15.5.15", async () => {
  await expectSpellingsAnswered(testEnvironment().issuer)
})

test("a request that breaks off leaves no stack trace and no 500 in the log, and the next one is answered - RFC 9112 8", async () => {
  const { issuer, logFiles } = testEnvironment()
  const [logFile = ""] = logFiles
  const readLog = () => readFileSync(logFile, "utf8")
  const before = readLog().length
  const { port } = new URL(issuer)
  const endpoints = ["/token", "/refresh", "/introspect", "/revoke", "/sign-in/submit", "/consent/submit"]
  const others = ["/authorize", "/sign-in", "/consent", "/", "/flows", "/flows/x/stream", "/form.js", "/no-such-page"]
  for (const path of [...endpoints, ...others]) {
    const head = `POST ${path} HTTP/1.1\r\nHost: localhost\r\nOrigin: ${issuer}\r\nContent-Type: ${form}\r\n`
    const parts = [
      `POST ${path} HTTP/1.1\r\nHost: loc`,
      head,
      `${head}Content-Length: 1000\r\n\r\n`,
      `${head}Content-Length: 1000\r\n\r\ntoken=x`,
      `${head}Transfer-Encoding: chunked\r\n\r\n5\r\ntok`,
      `${head}Transfer-Encoding: chunked\r\n\r\nnot hexadecimal\r\n`,
      `GET ${path} HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\n\r\n`,
    ]
    for (const part of parts) {
      const connection = await openConnection(Number(port))
      connection.write(part)
      connection.destroy()
    }
  }
  for (const path of ["/jwks", "/sign-in", "/form.js"]) {
    expect((await send(issuer, { method: "GET", path })).status, path).toBe(200)
  }
  // The control: the server saw that requests for the endpoints broke off.
  const written = () => readLog().slice(before)
  await expect.poll(written).toContain("request_broken_off")
  expect(written()).not.toMatch(/uncaughtException|unhandledRejection|^\s+at .*:\d+:\d+|"status":500|request_failed/m)
})
