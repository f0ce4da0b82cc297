import { testEnvironment } from "../fixtures/environment"
import { expect, test } from "../fixtures/journey"
import { visits } from "../fixtures/visits"
import { authorize, openBrowser, registerClient, TestBrowser } from "../fixtures/world"

const flowPaths = ["/sign-in", "/sign-up", "/consent", "/sign-out"]

/** The policy's directives, by name. */
function parsePolicy(policy: string): Record<string, string[]> {
  const directives = policy.split(";").map((directive) => directive.trim().split(" "))
  return Object.fromEntries(directives.map(([name = "", ...values]) => [name, values]))
}

for (const { name, status = 200, open } of visits) {
  test(`${name}: its headers keep other sites from framing, reading or caching it, and from running scripts`, async ({
    page,
    site,
  }) => {
    await open(page, site)
    // The HTML as the server sends it, with the browser's cookies.
    const response = await page.request.get(page.url(), { maxRedirects: 0 })
    expect(response.status()).toBe(status)
    const headers = response.headers()
    expect(headers["x-content-type-options"]).toBe("nosniff")
    expect(headers["referrer-policy"]).toBe("same-origin")
    expect(headers["x-frame-options"]).toBe("DENY")
    expect(headers["cache-control"]).toContain("no-store")
    expect(headers["access-control-allow-origin"]).toBeUndefined()
    expect(headers["x-powered-by"]).toBeUndefined()
    expect(headers["strict-transport-security"]).toBeUndefined()

    const policy = parsePolicy(headers["content-security-policy"] ?? "")
    expect(policy).toMatchObject({ "default-src": ["'none'"], "base-uri": ["'none'"], "frame-ancestors": ["'none'"] })
    for (const values of Object.values(policy)) {
      expect(values).not.toContain("'unsafe-inline'")
      expect(values).not.toContain("'unsafe-eval'")
      expect(values.filter((value) => value === "*" || /^https?:/.test(value))).toEqual([])
    }
    // The redirects after a form post of these pages lead to the client, and form-action would stop them there.
    const isFlowPage = flowPaths.includes(new URL(page.url()).pathname)
    expect("form-action" in policy).toBe(!isFlowPage)
    await expectSafeScripts(await response.text(), policy)
  })
}

/** Every script and style is a file of this server or has the response's nonce, and none is in an attribute. */
async function expectSafeScripts(html: string, policy: Record<string, string[]>): Promise<void> {
  const nonces = new Set(
    Object.values(policy)
      .flat()
      .filter((value) => value.startsWith("'nonce-")),
  )
  expect(nonces.size).toBeLessThan(2)
  const nonce = [...nonces][0]?.slice("'nonce-".length, -1)
  for (const [tag] of html.matchAll(/<(?:script|style)\b[^>]*>/g)) {
    if (nonce === undefined) expect(tag).toMatch(/ src="\/(form|passkeys)\.js"/)
    else expect(tag).toContain(` nonce="${nonce}"`)
  }
  const tags = [...html.matchAll(/<[a-z][^>]*>/gi)].map(([tag]) => tag)
  expect(tags.filter((tag) => /\s(?:style|on[a-z]+)=/i.test(tag))).toEqual([])
}

for (const path of ["/no-such-page", "/authorize?client_id=unknown", "/callback?state=x"]) {
  test(`${path}: every response has a new nonce`, async () => {
    const browser = new TestBrowser()
    const nonces = new Set<string | undefined>()
    for (let i = 0; i < 5; i++) {
      const policy = (await browser.fetch(path)).headers.get("content-security-policy") ?? ""
      nonces.add(/'nonce-([^']{22,})'/.exec(policy)?.[1])
    }
    expect(nonces.size).toBe(5)
    expect(nonces.has(undefined)).toBe(false)
  })
}

test("cookies are for this host alone, hidden from scripts, and not sent from other sites", async () => {
  const browser = await openBrowser()
  const response = await authorize(browser, await registerClient())
  const [cookie, ...others] = response.headers.getSetCookie()
  expect(others).toEqual([])
  expect(cookie).toMatch(/^oauth-flow-\d+-browser-[A-Za-z0-9_-]{4}=[A-Za-z0-9_-]{43}; Path=\/; HttpOnly; SameSite=Lax$/)
})

test("a page without a flow sets no cookie at all", async () => {
  for (const path of ["/", "/sign-in", "/sign-up", "/no-such-page"]) {
    const response = await fetch(`${testEnvironment().issuer}${path}`)
    expect(response.headers.getSetCookie(), path).toEqual([])
  }
})

test("search engines are kept out of every page", async () => {
  const { issuer } = testEnvironment()
  expect(await (await fetch(`${issuer}/robots.txt`)).text()).toMatch(/User-agent: \*\s+Disallow: \//)
  for (const path of ["/", "/sign-in", "/authorize?client_id=unknown"]) {
    expect(await (await fetch(`${issuer}${path}`)).text(), path).toMatch(/<meta name="robots" content="noindex/)
  }
})
