import { type RequestOptions, request } from "node:http"
import { testEnvironment } from "../fixtures/environment"
import { registerLargestRequest } from "../fixtures/largest-request"
import { remember } from "../fixtures/secrets"
import { expect, insertUser, openBrowser, test } from "../fixtures/world"

const maxBytes = 4096

/** GET as it is on the wire. @returns the answer's headers, the status line included, and where it redirects to */
function get(path: string, cookie: string) {
  expect(Buffer.byteLength(`GET ${path} HTTP/1.1`)).toBeLessThan(maxBytes)
  return send(path, { headers: { cookie } })
}

type Measured = { headerBytes: number; location: string; cookies: string[] }

function send(path: string, options: RequestOptions, body = ""): Promise<Measured> {
  return new Promise((resolve, reject) => {
    request(new URL(testEnvironment().issuer), { path, ...options }, (response) => {
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
      .end(body)
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

test("no long text of a request is repeated in the headers of the response", async () => {
  const cookie = [...(await openBrowser(await insertUser())).cookies]
    .map(([name, value]) => `${name}=${value}`)
    .join("; ")
  const texts = ["x".repeat(4_000), "\u00e9".repeat(2_000), "%".repeat(2_900)].map(encodeURIComponent)
  const pages = ["/account/passkeys", "/consent", "/select-account", "/sign-in", "/sign-in/code", "/sign-up"]
  const next = `/account${"/x".repeat(3_000)}`
  const paths = [
    ...pages.flatMap((page) => texts.map((text) => `${page}?state=${text}`)),
    `/sign-in?next=${next}`,
    `/sign-in/code?next=${next}`,
  ]
  for (const path of paths) {
    for (const sent of [cookie, ""])
      expect((await send(path, { headers: { cookie: sent } })).headerBytes, path.slice(0, 40)).toBeLessThan(maxBytes)
  }
  // Another name of this machine, for which the browser is redirected to the issuer.
  const host = new URL(testEnvironment().issuer).host.replace("localhost", "127.0.0.1")
  const redirected = await send("/sign-in?x=y", { headers: { host, accept: "text/html" } })
  expect(redirected.location).toBe(`${testEnvironment().issuer}/sign-in?x=y`)
  const long = await send(`/sign-in?x=${"y".repeat(4_000)}`, { headers: { host, accept: "text/html" } })
  expect(long.headerBytes).toBeLessThan(maxBytes)

  const headers = { Origin: testEnvironment().issuer, "Content-Type": "application/x-www-form-urlencoded", cookie }
  const forms = ["confirm-email", "consent", "reset-password/choose", "select-account", "sign-in", "sign-up/finish"]
  for (const page of forms) {
    for (const text of texts) {
      const body = `state=${text}&token=${text}&next=${next}&email=x&password=x`
      const { headerBytes } = await send(`/${page}/submit`, { method: "POST", headers }, body)
      expect(headerBytes, `${page} ${text.slice(0, 20)}`).toBeLessThan(maxBytes)
    }
  }
})
