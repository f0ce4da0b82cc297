import type { Page } from "@playwright/test"
import { beginAuthorization } from "../fixtures/authorization"
import { cookieName } from "../fixtures/cookies"
import { testEnvironment } from "../fixtures/environment"
import { expectNotSignedIn, expectSignedIn, postForm, postPage, readForm } from "../fixtures/forms"
import { beginAtClient, expect, serve, test } from "../fixtures/journey"
import { addBrowserSession } from "../fixtures/people"
import { query } from "../fixtures/rows"
import { remember } from "../fixtures/secrets"
import { authorize, insertUser, locationOf, openBrowser, registerClient, TestBrowser } from "../fixtures/world"

const foreign: Record<string, Record<string, string | undefined>> = {
  "another origin": { Origin: "https://evil.example", "Sec-Fetch-Site": "cross-site" },
  "another origin, and nothing about the site": { Origin: "https://evil.example", "Sec-Fetch-Site": undefined },
  "the same host at another port": { Origin: "http://localhost:1", "Sec-Fetch-Site": "same-site" },
  "an opaque origin": { Origin: "null", "Sec-Fetch-Site": "cross-site" },
  "neither Origin nor Sec-Fetch-Site": { Origin: undefined, "Sec-Fetch-Site": undefined },
  "no Origin, from another site": { Origin: undefined, "Sec-Fetch-Site": "cross-site" },
  "no Origin, from the address bar": { Origin: undefined, "Sec-Fetch-Site": "none" },
  "this server's origin, but cross-site in Sec-Fetch-Site": { "Sec-Fetch-Site": "cross-site" },
}

for (const [what, headers] of Object.entries(foreign)) {
  test(`a form from ${what} is refused, and nothing happens`, async () => {
    const user = await insertUser()
    const credentials = { email: user.email, password: user.password }
    const refused = await postPage(new TestBrowser(), "/sign-in", credentials, { headers })
    expect(refused.status).toBe(403)
    expect(await expectNotSignedIn(refused)).toContain("not sent from a page of this server")
    const newcomer = { email: `new-${user.email}`, password: user.password }
    const signUp = await postPage(new TestBrowser(), "/sign-up", newcomer, { headers })
    expect(signUp.status).toBe(403)
    await expectNotSignedIn(signUp)
    expect(await query('SELECT 1 FROM "User" WHERE email = ?', [newcomer.email])).toEqual([])

    const browser = await openBrowser(user)
    const client = await registerClient({ firstParty: false })
    const { stateToken } = await beginAuthorization(browser, client)
    const consent = `/consent?${new URLSearchParams({ state: stateToken })}`
    for (const button of ["Allow", "Deny", "Sign in with another account"]) {
      const response = await postPage(browser, consent, {}, { button, headers })
      expect(response.status, button).toBe(403)
      expect(response.headers.getSetCookie(), button).toEqual([])
    }
    const signOut = await postPage(browser, "/", {}, { button: "Sign out", headers })
    expect(signOut.status).toBe(403)
    expect(signOut.headers.getSetCookie()).toEqual([])

    // No one is signed out, and nothing is allowed: the same browser is asked for its consent.
    expect(locationOf(await authorize(browser, client)).pathname).toBe("/consent")
  })
}

test("a browser that sends Origin alone, or Sec-Fetch-Site alone, can sign in", async () => {
  const user = await insertUser()
  const credentials = { email: user.email, password: user.password }
  for (const missing of ["Origin", "Sec-Fetch-Site"]) {
    expectSignedIn(await postPage(new TestBrowser(), "/sign-in", credentials, { headers: { [missing]: undefined } }))
  }
})

test("the Host header and forwarding headers do not make another origin the issuer's", async () => {
  const user = await insertUser()
  const browser = new TestBrowser()
  const html = await (await browser.fetch("/sign-in")).text()
  const headers = {
    Origin: "https://evil.example",
    Host: "evil.example",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Proto": "https",
    Forwarded: "host=evil.example;proto=https",
    "Sec-Fetch-Site": "same-origin",
  }
  const credentials = { email: user.email, password: user.password }
  const response = await postForm(browser, html, credentials, { headers })
  expect(response.status).toBe(403)
  await expectNotSignedIn(response)
})

test("a form that is too large, or not a form of this server, is refused with the right status", async () => {
  const browser = new TestBrowser()
  const html = await (await browser.fetch("/sign-in")).text()
  const long = { email: "ada@example.com", password: "x".repeat(40_000) }
  expect((await postForm(browser, html, long)).status).toBe(413)
  for (const type of ["application/json", "text/plain", "multipart/form-data"]) {
    const headers = { "Content-Type": type, Origin: testEnvironment().issuer }
    const response = await browser.fetch("/sign-in/submit", { method: "POST", body: "{}", headers })
    expect(response.status, type).toBe(400)
    expect(response.headers.get("cache-control"), type).toBe("no-store")
  }
})

/** The HTML of a page elsewhere that sends one of this server's forms as soon as it is opened. */
function attackPage(action: string, fields: URLSearchParams): string {
  const encode = (value: unknown) => String(value).replaceAll("&", "&amp;").replaceAll('"', "&quot;")
  const inputs = [...fields].map(
    ([name, value]) => `<input type="hidden" name="${encode(name)}" value="${encode(value)}">`,
  )
  return `<!doctype html><form action="${encode(action)}" method="post">${inputs.join("")}</form><script>document.forms[0].submit()</script>`
}

/** Opens that page in a real browser, at 127.0.0.1 (another site) or at localhost (the issuer's site, another port). */
async function attack(page: Page, host: string, html: string): Promise<void> {
  const site = await serve((_request, response) => {
    response.writeHead(200, { "Content-Type": "text/html" }).end(html)
  })
  const answered = page.waitForResponse((response) => response.request().method() === "POST")
  await page.goto(site.origin.replace("127.0.0.1", host))
  await answered
  await site.close()
}

for (const [where, host] of Object.entries({ "another site": "127.0.0.1", "our site at another port": "localhost" })) {
  test(`a real page of ${where} can neither sign a browser in nor consent for it`, async ({ context, page, site }) => {
    const { issuer } = testEnvironment()
    const mallory = await insertUser()
    const signIn = readForm(await (await fetch(`${issuer}/sign-in`)).text())
    signIn.fields.set("email", mallory.email)
    signIn.fields.set("password", remember(mallory.password))
    await attack(page, host, attackPage(`${issuer}${signIn.action}`, signIn.fields))
    expect((await context.cookies()).map(({ name }) => name)).not.toContain(cookieName("session"))

    const user = await insertUser()
    await addBrowserSession(context, user)
    const client = await registerClient({ redirectUris: [site.redirectUri], firstParty: false })
    await beginAtClient(page, client)
    const consentUrl = page.url()
    const allow = readForm(await (await page.request.get(consentUrl)).text(), "Allow")
    await attack(page, host, attackPage(`${issuer}${allow.action}`, allow.fields))
    await beginAtClient(page, client)
    await expect(page.getByRole("button", { name: "Allow" })).toBeVisible()
    expect(site.answers).toEqual([])
  })
}
