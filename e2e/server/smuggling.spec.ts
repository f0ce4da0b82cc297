import net from "node:net"
import { testEnvironment } from "../fixtures/environment"
import { startOwnServer } from "../fixtures/own-server"
import { expect, test } from "../fixtures/world"

/** Sends these bytes to the server. @returns everything received until the server closes the connection */
function exchange(text: string, port = Number(new URL(testEnvironment().issuer).port)): Promise<string> {
  const socket = net.connect(port, "localhost", () => socket.write(text))
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
const length = `Content-Length: ${smuggled.length}`
const framings = [
  { headers: ["Transfer-Encoding: chunked"], body: chunked },
  { headers: [length], body: smuggled },
  // Removing the headers named in Connection must not remove those that frame the body.
  { headers: [length, "Connection: close, content-length"], body: smuggled },
  { headers: ["Transfer-Encoding: chunked", "Connection: close, transfer-encoding"], body: chunked },
]

for (const path of ["/sign-in", "/sign-in/submit", "/flows", "/form.js", "/no-such-page", "/introspect"]) {
  test(`a body of a request to ${path} is never parsed as another request - RFC 9112 11.2`, async () => {
    const { issuer } = testEnvironment()
    for (const method of ["GET", "HEAD", "DELETE", "OPTIONS", "POST", "PUT"]) {
      for (const { headers, body } of framings) {
        const lines = [`${method} ${path} HTTP/1.1`, "Host: localhost", "Connection: close", ...headers]
        const answer = await exchange(`${lines.join("\r\n")}\r\n\r\n${body}`)
        const about = `${method} ${headers.join(", ")}`
        expect(answer.match(/^HTTP\/1\.1 /gm), about).toHaveLength(1)
        expect(answer, about).not.toContain("/smuggled")
        // The response to a smuggled request would go to another client's next request.
        const pages = await Promise.all(Array.from({ length: 4 }, () => fetch(`${issuer}/sign-in`)))
        expect(
          pages.map(({ status }) => status),
          about,
        ).toEqual([200, 200, 200, 200])
        for (const page of pages) await page.text()
      }
    }
  })
}

test("a connection stays usable after a response that was sent before the request was read", async () => {
  const { issuer } = testEnvironment()
  const body = `x=${"y".repeat(200_000)}`
  const headers = { "Content-Type": "application/x-www-form-urlencoded", Origin: issuer }
  for (let i = 0; i < 4; i++) {
    expect((await fetch(`${issuer}/sign-in/submit`, { method: "POST", body, headers })).status).toBe(413)
    expect((await fetch(`${issuer}/sign-in`)).status).toBe(200)
  }
})

test("Connection: x-forwarded-for does not hide a client from the limits of its address", async () => {
  const server = await startOwnServer({ SIGN_IN_ATTEMPTS_PER_ADDRESS: "2" })
  const { port } = new URL(server.baseUrl)
  const statuses: number[] = []
  for (let i = 0; i < 3; i++) {
    const form = `email=unknown-${i}%40example.com&password=not+the+password`
    const lines = [
      "POST /sign-in/submit HTTP/1.1",
      "Host: localhost",
      `Origin: ${server.issuer}`,
      "Content-Type: application/x-www-form-urlencoded",
      `Content-Length: ${form.length}`,
      `X-Forwarded-For: 192.0.2.${i}`,
      "Connection: close, x-forwarded-for",
    ]
    const answer = await exchange(`${lines.join("\r\n")}\r\n\r\n${form}`, Number(port))
    statuses.push(Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]))
  }
  // Other tests on this machine may already have reached the limit.
  expect(statuses.at(-1)).toBe(429)
  await server.stop()
})
