import net from "node:net"
import { testEnvironment } from "../fixtures/environment"
import { expect, test } from "../fixtures/world"

/** Writes these bytes to the server, and resolves with all that it answers until it closes the connection. */
function exchange(text: string): Promise<string> {
  const { port } = new URL(testEnvironment().issuer)
  const socket = net.connect(Number(port), "localhost", () => socket.write(text))
  let answer = ""
  socket.setEncoding("latin1").on("data", (chunk: string) => {
    answer += chunk
  })
  return new Promise((resolve, reject) => {
    socket.once("error", reject)
    socket.once("close", () => resolve(answer))
  })
}

const smuggled = "GET /smuggled HTTP/1.1\r\nHost: evil.example\r\nX-Forwarded-For: 192.0.2.1\r\n\r\n"
const chunked = `${smuggled.length.toString(16)}\r\n${smuggled}\r\n0\r\n\r\n`
const bodies = [
  ["Transfer-Encoding: chunked", chunked],
  [`Content-Length: ${smuggled.length}`, smuggled],
]

test("a body handed on to the pages is never read there as a request of its own - RFC 9112 11.2", async () => {
  const { issuer } = testEnvironment()
  for (const method of ["GET", "HEAD", "DELETE", "OPTIONS", "POST", "PUT"]) {
    for (const [header, body] of bodies) {
      const head = `${method} /sign-in HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${header}\r\n\r\n`
      const answer = await exchange(head + body)
      expect(answer.match(/^HTTP\/1\.1 /gm), `${method}, ${header}`).toHaveLength(1)
      // What was smuggled would be answered to whoever is next on that connection.
      const pages = await Promise.all(Array.from({ length: 6 }, () => fetch(`${issuer}/sign-in`)))
      expect(
        pages.map(({ status }) => status),
        `after ${method}, ${header}`,
      ).toEqual([200, 200, 200, 200, 200, 200])
      for (const page of pages) await page.text()
    }
  }
})

test("a connection goes on after an answer that came before its request was read", async () => {
  const { issuer } = testEnvironment()
  const body = `x=${"y".repeat(5_000_000)}`
  const headers = { "Content-Type": "text/plain" }
  for (let i = 0; i < 4; i++) {
    const refused = await fetch(`${issuer}/sign-in`, { method: "POST", body, headers }).catch(() => null)
    expect(refused?.status ?? 413).toBe(413)
    expect((await fetch(`${issuer}/sign-in`)).status).toBe(200)
  }
})

test("headers about the connection stay on it - RFC 9110 7.6.1", async () => {
  const answer = await exchange(
    "GET /sign-in HTTP/1.1\r\nHost: localhost\r\nConnection: close, Accept-Encoding\r\nAccept-Encoding: gzip\r\n\r\n",
  )
  expect(answer).toMatch(/^HTTP\/1\.1 200 /)
  expect(answer.toLowerCase()).not.toContain("content-encoding: gzip")
})
