import { request } from "node:http"
import { testEnvironment } from "../fixtures/environment"
import { registerLargestRequest } from "../fixtures/largest-request"
import { remember } from "../fixtures/secrets"
import { expect, insertUser, openBrowser, test } from "../fixtures/world"

const maxBytes = 4096

/** GET as it is on the wire. @returns the answer's headers, the status line included, and where it redirects to */
function get(path: string, cookie: string): Promise<{ headerBytes: number; location: string; cookies: string[] }> {
  expect(Buffer.byteLength(`GET ${path} HTTP/1.1`)).toBeLessThan(maxBytes)
  return new Promise((resolve, reject) => {
    request(new URL(testEnvironment().issuer), { path, headers: { cookie } }, (response) => {
      const { statusCode, statusMessage, rawHeaders, headers } = response.resume()
      // Of each header its name, a colon, a space, its value and the end of the line.
      const headerBytes = rawHeaders.reduce((sum, text) => sum + Buffer.byteLength(text) + 2, 0)
      response.on("end", () =>
        resolve({
          headerBytes: headerBytes + `HTTP/1.1 ${statusCode} ${statusMessage}`.length + 4,
          location: headers.location ?? "",
          cookies: (headers["set-cookie"] ?? []).map((text) => text.split(";")[0] ?? ""),
        }),
      )
    })
      .on("error", reject)
      .end()
  })
}

test("the largest allowed request stays under 4 KB on the wire, from /authorize to the client - OAuth 2.1 7.11", async () => {
  const { path: longest, redirectUri, state } = await registerLargestRequest()
  const toSignIn = await get(longest, "")
  expect(toSignIn.headerBytes).toBeLessThan(maxBytes)
  const { pathname, search } = new URL(toSignIn.location)
  expect(pathname).toBe("/sign-in")
  remember(new URLSearchParams(search).get("state"))

  const session = [...(await openBrowser(await insertUser())).cookies].map(([name, value]) => `${name}=${value}`)
  const cookie = [...toSignIn.cookies, ...session].join("; ")
  expect((await get(`/sign-in${search}`, toSignIn.cookies.join("; "))).headerBytes).toBeLessThan(maxBytes)
  const answer = await get(`/callback${search}`, cookie)
  expect(answer.headerBytes).toBeLessThan(maxBytes)
  expect(answer.location.startsWith(`${redirectUri}?code=`)).toBe(true)
  remember(new URL(answer.location).searchParams.get("code"))
  expect(new URL(answer.location).searchParams.get("state")).toBe(state)
})
