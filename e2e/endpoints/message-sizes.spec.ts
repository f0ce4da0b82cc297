import { randomBytes } from "node:crypto"
import { request } from "node:http"
import { testEnvironment } from "../fixtures/environment"
import { remember } from "../fixtures/secrets"
import {
  authorizationParameters,
  expect,
  insertUser,
  makePkce,
  openBrowser,
  registerClient,
  test,
} from "../fixtures/world"

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
  const random = (length: number) => randomBytes(length).toString("base64url").slice(0, length)
  const redirectUri = `https://client.example/${random(512 - "https://client.example/".length)}`
  const client = await registerClient({ redirectUris: [redirectUri] })
  // 1,792 characters together, each value counting for one more: 520 of the redirect URI as it is encoded.
  const state = random(1792 - new URLSearchParams([["", redirectUri]]).toString().length - "openid".length - 4)
  const { codeChallenge } = makePkce()
  const parameters = authorizationParameters(client, codeChallenge, { state, scope: "openid" })
  const path = (unknown: string) => `/authorize?${parameters}&unknown=${unknown}`
  const longest = path("x".repeat(3328 + "/authorize?".length - path("").length))

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
