import { startBrowserSession } from "@/lib/sessions/browser-sessions"
import { expectNotSignedIn, postPage } from "../fixtures/forms"
import { startOwnServer } from "../fixtures/own-server"
import { remember } from "../fixtures/secrets"
import type { TestServer } from "../fixtures/server"
import { authorize, expect, insertUser, locationOf, registerClient, TestBrowser, test } from "../fixtures/world"

// A server behind a proxy that ends TLS: its issuer is https, and requests reach it by http.
const issuer = "https://login.example.com"
let server: TestServer

test.beforeAll(async () => {
  server = await startOwnServer({ TRUSTED_PROXIES: "0" }, issuer)
})
test.afterAll(() => server?.stop())

test("HSTS is on every page when the issuer is https", async () => {
  const browser = new TestBrowser(server.baseUrl)
  for (const path of ["/", "/sign-in", "/sign-up", "/no-such-page", "/authorize", "/callback"]) {
    const response = await browser.fetch(path)
    expect(response.headers.get("strict-transport-security"), path).toMatch(/^max-age=31536000/)
  }
})

test("cookies have the prefix __Host- and Secure when the issuer is https - RFC 6265bis 4.1.3.2", async () => {
  const browser = new TestBrowser(server.baseUrl)
  const user = await insertUser()
  const started = await authorize(browser, await registerClient())
  expect(started.headers.getSetCookie()).toEqual([
    expect.stringMatching(
      /^__Host-oauth-flow-browser-[A-Za-z0-9_-]{4}=[A-Za-z0-9_-]{43}; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    ),
  ])
  expect(locationOf(started).origin).toBe(issuer)

  const path = locationOf(started).pathname + locationOf(started).search
  const signedIn = await postPage(
    browser,
    path,
    { email: user.email, password: user.password },
    { headers: { Origin: issuer } },
  )
  expect(signedIn.status).toBe(303)
  const [cookie = ""] = signedIn.headers.getSetCookie()
  expect(cookie).toMatch(/^__Host-oauth-flow-session=[A-Za-z0-9_-]{43}; /)
  for (const attribute of ["Path=/", "HttpOnly", "Secure", "SameSite=Lax"]) expect(cookie).toContain(`; ${attribute}`)
  expect(cookie).not.toContain("Domain")
})

test("a cookie without the prefix signs no one in when the issuer is https", async () => {
  const user = await insertUser()
  const token = remember((await startBrowserSession(user.id, null)).token)
  const home = async (name: string) => {
    const browser = new TestBrowser(server.baseUrl)
    browser.cookies.set(name, token)
    return (await browser.fetch("/")).text()
  }
  expect(await home("oauth-flow-session")).not.toContain(user.email)
  expect(await home("__Host-oauth-flow-session")).toContain(user.email)
})

test("a form from the plain http origin is refused when the issuer is https", async () => {
  const user = await insertUser()
  const credentials = { email: user.email, password: user.password }
  const response = await postPage(new TestBrowser(server.baseUrl), "/sign-in", credentials, {
    headers: { Origin: issuer.replace("https:", "http:") },
  })
  expect(response.status).toBe(403)
  await expectNotSignedIn(response)
})
