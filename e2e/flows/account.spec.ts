import { readFile } from "node:fs/promises"
import type { Page } from "@playwright/test"
import { startBrowserSession } from "@/lib/sessions/browser-sessions"
import { linkOf } from "@/lib/testing/mail-server"
import { cookieName } from "../fixtures/cookies"
import { testEnvironment } from "../fixtures/environment"
import { backAtClient, beginAtClient } from "../fixtures/journey"
import { expect, type MailedServer, test } from "../fixtures/mail"
import { addBrowserSession, allow, signIn } from "../fixtures/people"
import { dumpTables } from "../fixtures/rows"
import { remember } from "../fixtures/secrets"
import {
  insertUser,
  isActive,
  obtainTokens,
  readTokens,
  redeem,
  registerClient,
  type TestUser,
} from "../fixtures/world"

/** Opens the account in a browser that is signed in. */
async function openAccount(page: Page, mailed: MailedServer, path = "/account"): Promise<TestUser> {
  const user = await insertUser()
  await addBrowserSession(page.context(), user, mailed.issuer)
  await page.goto(`${mailed.issuer}${path}`)
  return user
}

test("the account asks for a sign-in first, and goes on to the page that was wanted", async ({ page, mailed }) => {
  const user = await insertUser()
  await page.goto(`${mailed.issuer}/account/profile`)
  await signIn(page, { ...user, password: "wrong password" })
  await expect(page.getByText("The email or password is incorrect.")).toBeVisible()
  await page.getByLabel("Password", { exact: true }).fill(user.password)
  await page.getByRole("button", { name: "Sign in" }).click()
  await expect(page.getByRole("heading", { name: "Edit your profile" })).toBeVisible()
})

test("the page after a sign-in can only be one of the account", async ({ page, mailed }) => {
  for (const next of [
    "https://evil.example/",
    "//evil.example",
    "/\\evil.example",
    "/authorize",
    "/account/../flows",
  ]) {
    await page.goto(`${mailed.issuer}/sign-in?${new URLSearchParams({ next })}`)
    await expect(page.locator("input[name=next]")).toHaveCount(0)
  }
})

for (const javaScriptEnabled of [true, false]) {
  test(`the profile is edited, JavaScript ${javaScriptEnabled ? "on" : "off"}, and clients see it`, async ({
    openContext,
    mailed,
    site,
  }) => {
    const page = await (await openContext({ javaScriptEnabled })).newPage()
    const user = await openAccount(page, mailed)
    await page.getByRole("link", { name: "Edit: Profile" }).click()
    await page.getByLabel("Name", { exact: true }).fill("Ada Lovelace")
    await page.getByLabel("Website").fill("not a URL")
    await page.getByLabel("City").fill("London")
    await page.getByRole("button", { name: "Save" }).click()
    await expect(page.getByText("This value isn't valid.")).toBeVisible()
    await expect(page.getByLabel("City")).toHaveValue("London")
    await page.getByLabel("Name", { exact: true }).fill("Ada Lovelace")
    await page.getByLabel("Website").fill("https://ada.example/")
    await page.getByRole("button", { name: "Save" }).click()
    await expect(page.getByText("Your profile was saved.")).toBeVisible()
    await expect(page.getByText("Ada Lovelace")).toBeVisible()

    const client = await registerClient({ redirectUris: [site.redirectUri], scope: "openid profile address" })
    const pkce = await beginAtClient(page, client, { scope: "openid profile address" }, mailed.issuer)
    const code = (await backAtClient(page, site)).searchParams.get("code") ?? ""
    const options = { baseUrl: mailed.issuer }
    const sent = { code, codeVerifier: pkce.codeVerifier }
    const tokens = await readTokens(await redeem(client, sent, { redirect_uri: site.redirectUri }, options))
    const headers = { Authorization: `Bearer ${tokens.access_token}` }
    expect(await (await fetch(`${mailed.issuer}/userinfo`, { headers })).json()).toMatchObject({
      sub: user.id,
      name: "Ada Lovelace",
      website: "https://ada.example/",
      address: { locality: "London" },
    })
  })
}

test("changing the password needs the current one, ends every other browser, and is told by e-mail", async ({
  page,
  openContext,
  mailed,
}) => {
  const user = await openAccount(page, mailed)
  const other = await (await openContext()).newPage()
  await addBrowserSession(other.context(), user, mailed.issuer)
  await page.goto(`${mailed.issuer}/.well-known/change-password`)
  await page.getByLabel("Current password").fill("not the password")
  await page.getByLabel("New password").fill(remember("seven purple elephants dance"))
  await page.getByRole("button", { name: "Change password" }).click()
  await expect(page.getByText("This password is incorrect.")).toBeVisible()
  await page.getByLabel("Current password").fill(user.password)
  await page.getByLabel("New password").fill("seven purple elephants dance")
  await page.getByRole("button", { name: "Change password" }).click()
  await expect(page.getByText("Your password was changed, and every other browser was signed out.")).toBeVisible()
  expect((await mailed.mail.waitFor(user.email)).subject).toBe("Your OAuth Flow password was changed")
  await other.goto(`${mailed.issuer}/account`)
  await expect(other.getByRole("heading", { name: "Sign in" })).toBeVisible()
})

test("the email address changes after the link in the e-mail to the new one was opened", async ({ page, mailed }) => {
  const user = await openAccount(page, mailed)
  const email = `new-${user.email}`
  await page.getByRole("link", { name: "Change: Email address" }).click()
  await page.getByLabel("New email address").fill(email)
  await page.getByRole("button", { name: "Send the link" }).click()
  await expect(page.getByText("We sent an email to the new address")).toBeVisible()
  await expect(page.getByText(user.email, { exact: true })).toBeVisible()
  const link = linkOf(await mailed.mail.waitFor(email))
  remember(link.searchParams.get("token"))
  await page.goto(link.href)
  await page.getByRole("button", { name: "Confirm" }).click()
  await expect(page.getByRole("heading", { name: "Email address confirmed" })).toBeVisible()
  await page.goto(`${mailed.issuer}/account`)
  await expect(page.getByText(email, { exact: true })).toBeVisible()
  await expect(page.getByText("Email address changed")).toBeVisible()
  expect((await mailed.mail.waitFor(user.email)).text).toContain(email)
})

test("signed-in browsers are listed in words, and can be signed out one by one or all others", async ({
  page,
  openContext,
  mailed,
}) => {
  const user = await insertUser()
  const firefox = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
  const others = await Promise.all(
    [firefox, firefox].map(async (userAgent) => {
      const other = await (await openContext({ userAgent })).newPage()
      await other.goto(`${mailed.issuer}/sign-in`)
      await signIn(other, user)
      return other
    }),
  )
  await addBrowserSession(page.context(), user, mailed.issuer)
  await page.goto(`${mailed.issuer}/account`)
  const list = page.getByRole("region", { name: "Signed-in browsers" }).getByRole("listitem")
  await expect(list).toHaveCount(3)
  await expect(list.first()).toContainText("This browser")
  await expect(list.nth(1)).toContainText("Firefox on Windows")
  await page.getByRole("button", { name: "Sign out: Firefox on Windows" }).first().click()
  await expect(page.getByText("The browser was signed out.")).toBeVisible()
  await expect(list).toHaveCount(2)
  await addBrowserSession(await openContext(), user, mailed.issuer)
  await page.getByRole("button", { name: "Sign out all other browsers" }).click()
  await expect(list).toHaveCount(1)
  for (const other of others) {
    await other.goto(`${mailed.issuer}/account`)
    await expect(other.getByRole("heading", { name: "Sign in" })).toBeVisible()
  }
})

test("a disconnected app has no access from that moment, and must ask again", async ({ page, mailed, site }) => {
  const client = await registerClient({
    clientName: "Holiday planner",
    redirectUris: [site.redirectUri],
    firstParty: false,
  })
  await openAccount(page, mailed)
  const pkce = await beginAtClient(page, client, {}, mailed.issuer)
  await allow(page)
  const code = (await backAtClient(page, site)).searchParams.get("code") ?? ""
  const options = { baseUrl: mailed.issuer }
  const sent = { code, codeVerifier: pkce.codeVerifier }
  const tokens = await readTokens(await redeem(client, sent, { redirect_uri: site.redirectUri }, options))
  expect(await isActive(tokens.access_token, mailed.issuer)).toBe(true)

  await page.goto(`${mailed.issuer}/account`)
  const app = page.getByRole("region", { name: "Connected apps" }).getByRole("listitem").first()
  for (const text of ["Holiday planner", "See your email address", new URL(site.origin).host]) {
    await expect(app).toContainText(text)
  }
  await page.getByRole("button", { name: "Disconnect Holiday planner" }).click()
  await expect(page.getByText("No apps have access to your account.")).toBeVisible()
  await expect(page.getByText("App disconnected: Holiday planner")).toBeVisible()
  expect(await isActive(tokens.access_token, mailed.issuer)).toBe(false)
  await beginAtClient(page, client, {}, mailed.issuer)
  await expect(page.getByRole("button", { name: "Allow" })).toBeVisible()
})

test("the export has everything that the server knows, and no secret", async ({ page, mailed }) => {
  const user = await openAccount(page, mailed)
  const downloading = page.waitForEvent("download")
  await page.getByRole("button", { name: "Export your data" }).click()
  const download = await downloading
  expect(download.suggestedFilename()).toBe("account.json")
  const text = await readFile((await download.path()) ?? "", "utf8")
  expect(JSON.parse(text)).toMatchObject({
    profile: { sub: user.id, email: user.email },
    signed_in_browsers: [{ amr: ["pwd"] }],
    passkeys: [],
    linked_accounts: [],
    second_factor: { authenticator_app: false },
    security_history: [{ kind: "data_exported" }, { kind: "signed_in" }],
  })
  expect(text).not.toContain(user.passwordHash)
})

test("a deleted account is gone after the password was entered, and leaves nothing behind but the e-mail about it", async ({
  page,
  mailed,
  site,
}) => {
  const environment = testEnvironment()
  const user = await insertUser({ name: "Rumpelstilzchen" })
  const client = await registerClient({ redirectUris: [site.redirectUri] })
  await beginAtClient(page, client, {}, mailed.issuer)
  await page.getByLabel("Email").fill(user.email)
  await page.getByLabel("Password", { exact: true }).fill("not the password")
  await page.getByRole("button", { name: "Sign in", exact: true }).click()
  await signIn(page, user)
  await backAtClient(page, site)
  await obtainTokens(await registerClient(), user)
  const tablesWith = async (text: string) =>
    Object.entries(await dumpTables(environment)).flatMap(([table, rows]) => (rows.includes(text) ? [table] : []))
  await expect.poll(() => tablesWith(user.id)).toEqual(expect.arrayContaining(["FlowEvent", "RecordedFlow", "Session"]))

  await page.goto(`${mailed.issuer}/account`)
  await page.getByRole("link", { name: "Delete your account" }).click()
  await page.getByLabel("Enter your password to confirm").fill("not the password")
  await page.getByRole("button", { name: "Delete account" }).click()
  await expect(page.getByText("This password is incorrect.")).toBeVisible()
  await page.getByLabel("Enter your password to confirm").fill(user.password)
  await page.getByRole("button", { name: "Delete account" }).click()
  await expect(page.getByText("Your account was deleted.")).toBeVisible()
  for (const text of [user.email, "Rumpelstilzchen"]) expect(await tablesWith(text)).toEqual([])
  // What happened when, without anything that names the person.
  expect(await tablesWith(user.id)).toEqual(["AuditEvent"])
  expect((await mailed.mail.waitFor(user.email)).subject).toBe("Your OAuth Flow account was deleted")
  await signIn(page, user)
  await expect(page.getByText("The email or password is incorrect.")).toBeVisible()
})

test("sensitive pages ask for a recent sign-in of the same person", async ({ page, context, mailed }) => {
  const user = await insertUser()
  const before = new Date(Date.now() - 11 * 60 * 1000)
  const { token } = await startBrowserSession(user.id, null, before)
  const cookie = { name: cookieName("session", mailed.issuer), value: remember(token), url: mailed.issuer }
  await context.addCookies([{ ...cookie, httpOnly: true, sameSite: "Lax" }])
  for (const path of ["/account/delete", "/account/email"]) {
    await page.goto(`${mailed.issuer}${path}`)
    await expect(page.getByRole("heading", { name: "Confirm it's you" })).toBeVisible()
  }
  await expect(page.getByLabel("Email")).toHaveValue(user.email)
  await page.getByLabel("Password", { exact: true }).fill(user.password)
  await page.getByRole("button", { name: "Sign in" }).click()
  await expect(page.getByRole("heading", { name: "Change your email address" })).toBeVisible()
})

test("the cookie ends with the browser, unless the person wants to stay signed in", async ({ openContext, mailed }) => {
  const user = await insertUser()
  for (const keep of [false, true]) {
    const context = await openContext()
    const page = await context.newPage()
    await page.goto(`${mailed.issuer}/sign-in`)
    if (keep) await page.getByLabel("Keep me signed in").check()
    await signIn(page, user)
    if (keep) await page.getByRole("button", { name: "Not now" }).click()
    await page.waitForURL((url) => url.pathname === "/")
    const cookies = await context.cookies()
    const session = cookies.find(({ name }) => name === cookieName("session", mailed.issuer))
    expect((session?.expires ?? 0) > 0).toBe(keep)
  }
})
