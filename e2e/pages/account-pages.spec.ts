import type { Page } from "@playwright/test"
import { endpointPaths } from "@/lib/http/known-paths"
import { linkOf } from "@/lib/testing/mail-server"
import { testEnvironment } from "../fixtures/environment"
import { expect, type MailedServer, test } from "../fixtures/mail"
import { expectAccessible, expectNoSidewaysScroll, watchProblems } from "../fixtures/page-checks"
import { addBrowserSession, signIn } from "../fixtures/people"
import { remember } from "../fixtures/secrets"
import { AuthenticatorApp } from "../fixtures/totp"
import { insertUser, obtainTokens, registerClient, TestBrowser } from "../fixtures/world"

type Visit = { name: string; status?: number; open: (page: Page, mailed: MailedServer) => Promise<unknown> }

const go = (path: string) => (page: Page, mailed: MailedServer) => page.goto(`${mailed.issuer}${path}`)

const asUser = (path: string) => async (page: Page, mailed: MailedServer) => {
  const user = await insertUser({ email: `a-person-${Date.now()}@a-rather-long-domain-name.example.com`, name: "Ada" })
  await obtainTokens(await registerClient({ clientName: "Wolkenkratzer".repeat(5), firstParty: true }), user)
  await addBrowserSession(page.context(), user, mailed.issuer)
  await page.goto(`${mailed.issuer}${path}`)
  return user
}

const openLink = (form: "/reset-password" | "/sign-up") => async (page: Page, mailed: MailedServer) => {
  const email = form === "/sign-up" ? `new-${Date.now()}@example.com` : (await insertUser()).email
  await page.goto(`${mailed.issuer}${form}`)
  await page.getByLabel("Email").fill(email)
  await page.getByRole("button", { name: /Send the link|Continue/ }).click()
  const link = linkOf(await mailed.mail.waitFor(email))
  remember(link.searchParams.get("token"))
  await page.goto(link.href)
}

const visits: Visit[] = [
  { name: "sign-up by e-mail", open: go("/sign-up") },
  { name: "reset password", open: go("/reset-password") },
  { name: "check your e-mail", open: go("/check-email?for=reset-password") },
  { name: "choose a password", open: openLink("/reset-password") },
  { name: "finish signing up", open: openLink("/sign-up") },
  { name: "a link that cannot be used", status: 410, open: go("/confirm-email?token=unknown") },
  { name: "confirmed", open: go("/confirm-email?result=done") },
  { name: "the account", open: asUser("/account") },
  { name: "profile", open: asUser("/account/profile") },
  { name: "email", open: asUser("/account/email") },
  { name: "password", open: asUser("/account/password") },
  { name: "passkeys", open: asUser("/account/passkeys") },
  { name: "the offer of a passkey", open: asUser("/account/passkeys?offer=") },
  { name: "authenticator app", open: asUser("/account/totp") },
  { name: "history", open: asUser("/account/history") },
  { name: "delete", open: asUser("/account/delete") },
  {
    name: "recovery codes, the app's page, and the page for its code",
    async open(page, mailed) {
      const user = await asUser("/account/totp")(page, mailed)
      const app = new AuthenticatorApp(remember((await page.locator("form code").textContent()) ?? ""))
      await page.getByLabel("Code from the app").fill(app.code())
      await page.getByRole("button", { name: "Turn on" }).click()
      for (const code of await page.getByRole("listitem").allTextContents()) remember(code)
      await expectAccessible(page)
      await page.goto(`${mailed.issuer}/account/totp`)
      await expectAccessible(page)
      await page.context().clearCookies()
      await page.goto(`${mailed.issuer}/sign-in`)
      const { password } = await insertUser()
      await signIn(page, { email: user.email, password })
      await expect(page.getByRole("heading", { name: "Enter your code" })).toBeVisible()
    },
  },
]

for (const { name, open } of visits) {
  test(`${name}: axe finds nothing, nothing scrolls sideways, the console stays empty, at most 30 KB`, async ({
    page,
    mailed,
  }) => {
    const problems = watchProblems(page)
    const devtools = await page.context().newCDPSession(page)
    await devtools.send("Network.enable")
    let bytes = 0
    devtools.on("Network.loadingFinished", ({ encodedDataLength }) => {
      bytes += encodedDataLength
    })
    await open(page, mailed)
    bytes = 0
    await devtools.send("Network.setCacheDisabled", { cacheDisabled: true })
    await page.reload({ waitUntil: "networkidle" })
    expect(bytes).toBeGreaterThan(1_000)
    expect(bytes).toBeLessThan(30_000)
    await expectNoSidewaysScroll(page)
    await expectAccessible(page)
    expect(problems).toEqual([])
  })
}

test("links of e-mails are not used up by GET and HEAD, as mail scanners send them", async ({ mailed }) => {
  const user = await insertUser()
  const browser = new TestBrowser(mailed.issuer)
  const headers = { Origin: mailed.issuer, "Sec-Fetch-Site": "same-origin" }
  await browser.fetch("/reset-password/submit", {
    method: "POST",
    body: new URLSearchParams({ email: user.email }),
    headers,
  })
  const link = linkOf(await mailed.mail.waitFor(user.email))
  remember(link.searchParams.get("token"))
  for (const method of ["GET", "HEAD", "GET"]) {
    expect((await fetch(link, { method })).status, method).toBe(200)
  }
  const submit = "/reset-password/choose/submit"
  expect((await fetch(new URL(submit, mailed.issuer), { redirect: "manual" })).status).toBe(303)
  const token = link.searchParams.get("token") ?? ""
  const body = new URLSearchParams({ token, password: "seven purple elephants dance" })
  expect((await browser.fetch(submit, { method: "POST", body, headers })).status).toBe(303)
  expect((await fetch(link)).status).toBe(410)
})

test("no form can be sent from another site", async ({ mailed }) => {
  const forms = endpointPaths.filter((path) => path.endsWith("/submit"))
  expect(forms.length).toBeGreaterThan(20)
  for (const path of forms) {
    const foreign: Record<string, string>[] = [
      { Origin: "https://evil.example", "Sec-Fetch-Site": "cross-site" },
      { Origin: mailed.issuer, "Sec-Fetch-Site": "cross-site" },
      {},
    ]
    for (const headers of foreign) {
      const body = new URLSearchParams({ email: "ada@example.com" })
      const response = await fetch(new URL(path, mailed.issuer), { method: "POST", body, headers, redirect: "manual" })
      const isOff = path.startsWith("/flows") && response.status === 404
      expect(isOff || response.status === 403, `${path} ${JSON.stringify(headers)} ${response.status}`).toBe(true)
      expect(response.headers.getSetCookie(), path).toEqual([])
    }
  }
})

test("no form of the account does anything without a sign-in", async ({ mailed }) => {
  for (const path of endpointPaths.filter((one) => /^\/account\/.*submit$/.test(one))) {
    const headers = { Origin: mailed.issuer, "Sec-Fetch-Site": "same-origin" }
    const init = { method: "POST", body: new URLSearchParams(), headers, redirect: "manual" } as const
    const response = await fetch(new URL(path, mailed.issuer), init)
    expect(response.status, path).toBe(303)
    expect(new URL(response.headers.get("location") ?? "").pathname, path).toBe("/sign-in")
  }
})

test("resetting and signing up look the same for an address with an account and for one without", async ({
  mailed,
}) => {
  const { email: known } = await insertUser()
  const unknown = `x${known.slice(1)}`
  for (const form of ["/reset-password", "/sign-up"]) {
    const look = async (email: string) => {
      const browser = new TestBrowser(mailed.issuer)
      const headers = { Origin: mailed.issuer, "Sec-Fetch-Site": "same-origin" }
      const init = { method: "POST", body: new URLSearchParams({ email }), headers }
      const response = await browser.fetch(`${form}/submit`, init)
      const page = await browser.fetch(response.headers.get("location") ?? "")
      const varying = ["date", "x-flow-id"]
      const shown = [...response.headers].filter(([name]) => !varying.includes(name))
      return { status: response.status, headers: shown, html: await page.text(), page: page.status }
    }
    expect(await look(known), form).toEqual(await look(unknown))
  }
})

test("the outbox page exists only in the demo and in development", async () => {
  expect((await fetch(`${testEnvironment().issuer}/outbox`)).status).toBe(404)
})
