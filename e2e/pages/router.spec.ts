import { beginAuthorization } from "../fixtures/authorization"
import { cookieName } from "../fixtures/cookies"
import { countAuthorizations } from "../fixtures/rows"
import { remember } from "../fixtures/secrets"
import {
  authorizationParameters,
  expect,
  insertUser,
  locationOf,
  makePkce,
  openBrowser,
  registerClient,
  TestBrowser,
  test,
} from "../fixtures/world"

// Next's router fetches the data of pages at paths and with headers of its own. The rules hold for these too.

/** The requests by which Next's router can fetch a path's data. */
function variants(path: string): { path: string; headers: Record<string, string> }[] {
  const [pathname = "", query = ""] = path.split("?")
  const withQuery = (name: string, more = "") => `${name}?${[query, more].filter(Boolean).join("&")}`
  return [
    { path: withQuery(pathname), headers: { RSC: "1" } },
    { path: withQuery(pathname, "_rsc"), headers: { RSC: "1" } },
    { path: withQuery(pathname, "_rsc=1xs9c"), headers: { RSC: "1", "Next-Router-Prefetch": "1" } },
    { path: withQuery(pathname, "_rsc"), headers: { RSC: "1", "Next-Router-Segment-Prefetch": "/_tree" } },
    { path: withQuery(`${pathname}.rsc`), headers: {} },
    { path: withQuery(`${pathname}.rsc`, "_rsc=1xs9c"), headers: { RSC: "1" } },
    { path: withQuery(`${pathname}.segments/_tree.segment.rsc`), headers: {} },
    { path: withQuery(`/_next/data/build${pathname}.json`), headers: { "x-nextjs-data": "1" } },
  ]
}

/** Follows redirects within this server. @returns the responses, and the text of them all, headers included */
async function ask(browser: TestBrowser, path: string, headers: Record<string, string>) {
  const answers: Response[] = []
  let received = ""
  for (let next: string | null = path; next !== null && answers.length < 4; ) {
    const response = await browser.fetch(next, { headers })
    answers.push(response)
    received += [...response.headers].flat().join("\n") + (await response.text())
    const location = response.headers.get("location")
    next = location !== null && new URL(location, browser.baseUrl).origin === browser.baseUrl ? location : null
  }
  return { received, answers }
}

test("no variant of /authorize or /callback gives a code, and a real visit afterwards does", async () => {
  const client = await registerClient({ redirectUris: ["https://client.example/only-here"] })
  const user = await insertUser()
  const signedIn = await openBrowser(user)
  const { codeChallenge } = makePkce()
  const authorizePath = `/authorize?${authorizationParameters(client, codeChallenge)}`
  const { stateToken } = await beginAuthorization(signedIn, client, { prompt: "login" })
  signedIn.cookies.set(cookieName("session"), (await openBrowser(user)).cookies.get(cookieName("session")) ?? "")
  const callbackPath = `/callback?${new URLSearchParams({ state: stateToken })}`

  for (const path of [authorizePath, callbackPath]) {
    for (const { path: variant, headers } of variants(path)) {
      expect((await ask(signedIn, variant, headers)).received, variant).not.toMatch(/[?&]code=/)
    }
  }
  expect(await countAuthorizations(client.clientId)).toEqual({ sessions: 0, codes: 0 })
  for (const path of [authorizePath, callbackPath]) {
    const visit = await signedIn.fetch(path)
    expect(visit.headers.get("location")).toMatch(/^https:\/\/client\.example\/only-here\?code=/)
    remember(locationOf(visit).searchParams.get("code"))
  }
})

test("no variant of a page shows one browser what another one is signing in to", async () => {
  const client = await registerClient({ clientName: "Confidential planner", firstParty: false })
  const user = await insertUser()
  const owner = await openBrowser(user)
  const { stateToken } = await beginAuthorization(owner, client)
  const stranger = await openBrowser(await insertUser())
  for (const path of ["/consent", "/sign-in", "/sign-up"]) {
    for (const { path: variant, headers } of variants(`${path}?${new URLSearchParams({ state: stateToken })}`)) {
      const { received, answers } = await ask(stranger, variant, headers)
      expect(received, variant).not.toContain("Confidential planner")
      expect(received, variant).not.toContain(user.email)
      for (const { status, headers } of answers.filter(({ ok }) => ok)) {
        expect(headers.get("cache-control"), `${variant} ${status}`).toContain("no-store")
      }
    }
  }
  for (const { path, headers } of variants("/")) {
    expect((await ask(new TestBrowser(), path, headers)).received, path).not.toContain("@example.com")
  }
})

test("the data of a signed-in user's page must not be cached, and has the security headers of the page", async () => {
  const user = await insertUser()
  const { received, answers } = await ask(await openBrowser(user), "/?_rsc", { RSC: "1" })
  expect(received).toContain(user.email)
  const headers = answers.at(-1)?.headers ?? new Headers()
  expect(headers.get("cache-control")).toContain("no-store")
  expect(headers.get("content-security-policy")).toContain("frame-ancestors 'none'")
  expect(headers.get("x-content-type-options")).toBe("nosniff")
})

test("internal paths of Next answer 404", async () => {
  for (const path of ["/_global-error", "/_not-found"]) {
    expect((await new TestBrowser().fetch(path)).status, path).toBe(404)
  }
})
