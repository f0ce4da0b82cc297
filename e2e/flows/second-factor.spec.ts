import type { Page } from "@playwright/test"
import { decodeJwt } from "jose"
import { backAtClient, beginAtClient } from "../fixtures/journey"
import { expect, type MailedServer, mailSettings, test } from "../fixtures/mail"
import { startOwnServer } from "../fixtures/own-server"
import { addBrowserSession, signIn } from "../fixtures/people"
import { readQrCode } from "../fixtures/qr-code"
import { remember } from "../fixtures/secrets"
import { AuthenticatorApp } from "../fixtures/totp"
import { insertUser, readTokens, redeem, registerClient, type TestUser } from "../fixtures/world"

/** Reads the key from the page, and types the code of an app with it. @returns the app and the recovery codes */
async function setUpApp(page: Page): Promise<{ app: AuthenticatorApp; recoveryCodes: string[] }> {
  await expect(page.getByRole("img", { name: "QR code for the authenticator app" })).toBeVisible()
  const app = new AuthenticatorApp(remember((await page.locator("form code").textContent()) ?? ""))
  await page.getByLabel("Code from the app").fill(app.code(0))
  await page.getByRole("button", { name: "Turn on" }).click()
  await expect(page.getByRole("heading", { name: "Your recovery codes" })).toBeVisible()
  const recoveryCodes = await page.getByRole("listitem").allTextContents()
  expect(recoveryCodes).toHaveLength(10)
  for (const code of recoveryCodes) remember(code)
  return { app, recoveryCodes }
}

test("a camera reads the key of the authenticator app in the QR code", async ({ page, mailed }) => {
  const user = await insertUser()
  await addBrowserSession(page.context(), user, mailed.issuer)
  await page.goto(`${mailed.issuer}/account/totp`)
  const key = remember((await page.locator("form code").textContent()) ?? "").replaceAll(/\s/g, "")
  const uri = new URL(remember(await readQrCode(page.getByRole("img", { name: "QR code for the authenticator app" }))))
  expect([uri.protocol, uri.host, decodeURIComponent(uri.pathname)]).toEqual([
    "otpauth:",
    "totp",
    `/OAuth Flow:${user.email}`,
  ])
  const usual = { algorithm: "SHA1", digits: "6", period: "30" }
  expect(Object.fromEntries(uri.searchParams)).toEqual({ secret: key, issuer: "OAuth Flow", ...usual })
})

async function openWithApp(page: Page, mailed: MailedServer) {
  const user = await insertUser()
  await addBrowserSession(page.context(), user, mailed.issuer)
  await page.goto(`${mailed.issuer}/account`)
  await page.getByRole("link", { name: "Set up: Authenticator app" }).click()
  return { user, ...(await setUpApp(page)) }
}

async function signInWith(page: Page, user: TestUser, code: string): Promise<void> {
  await signIn(page, user)
  await page.getByLabel("Code").fill(code)
  await page.getByRole("button", { name: "Continue" }).click()
}

for (const javaScriptEnabled of [true, false]) {
  test(`an authenticator app is set up, and asked for from then on, JavaScript ${javaScriptEnabled ? "on" : "off"}`, async ({
    openContext,
    mailed,
    site,
  }) => {
    const page = await (await openContext({ javaScriptEnabled })).newPage()
    const { user, app } = await openWithApp(page, mailed)
    await page.reload()
    await expect(page.getByRole("heading", { name: "Your account" })).toBeVisible()
    expect((await mailed.mail.waitFor(user.email)).subject).toContain("An authenticator app was added")

    const other = await (await openContext({ javaScriptEnabled })).newPage()
    const client = await registerClient({ redirectUris: [site.redirectUri] })
    const pkce = await beginAtClient(other, client, {}, mailed.issuer)
    await signInWith(other, user, "000000")
    await expect(other.getByText("This code doesn't work.")).toBeVisible()
    await other.getByLabel("Code").fill(app.code())
    await other.getByRole("button", { name: "Continue" }).click()
    const code = (await backAtClient(other, site)).searchParams.get("code") ?? ""
    const options = { baseUrl: mailed.issuer }
    const sent = { code, codeVerifier: pkce.codeVerifier }
    const tokens = await readTokens(await redeem(client, sent, { redirect_uri: site.redirectUri }, options))
    expect(decodeJwt(tokens.id_token ?? "")).toMatchObject({ acr: "2", amr: ["pwd", "otp", "mfa"] })
  })
}

test("until the code was entered, no one is signed in", async ({ openContext, page, mailed, site }) => {
  const { user } = await openWithApp(page, mailed)
  const other = await (await openContext()).newPage()
  await other.goto(`${mailed.issuer}/sign-in`)
  await signIn(other, user)
  await expect(other.getByRole("heading", { name: "Enter your code" })).toBeVisible()
  await other.goto(`${mailed.issuer}/account`)
  await expect(other.getByRole("heading", { name: "Enter your code" })).toBeVisible()
  const client = await registerClient({ redirectUris: [site.redirectUri] })
  await beginAtClient(other, client, { prompt: "none" }, mailed.issuer)
  expect((await backAtClient(other, site)).searchParams.get("error")).toBe("login_required")
  await beginAtClient(other, client, {}, mailed.issuer)
  await other.getByRole("button", { name: "Sign in with another account" }).click()
  await expect(other.getByRole("heading", { name: "Sign in" })).toBeVisible()
})

test("a recovery code replaces the app once, and new ones replace the old", async ({ openContext, page, mailed }) => {
  const { user, recoveryCodes } = await openWithApp(page, mailed)
  const [first = "", second = ""] = recoveryCodes
  const other = await (await openContext()).newPage()
  await other.goto(`${mailed.issuer}/sign-in`)
  await signInWith(other, user, first.toLowerCase())
  await other.waitForURL((url) => url.pathname === "/")
  const third = await (await openContext()).newPage()
  await third.goto(`${mailed.issuer}/sign-in`)
  await signInWith(third, user, first)
  await expect(third.getByText("This code doesn't work.")).toBeVisible()

  await page.goto(`${mailed.issuer}/account/totp`)
  await expect(page.getByText("9 recovery codes are left.")).toBeVisible()
  await page.getByRole("button", { name: "Create new recovery codes" }).click()
  const renewed = await page.getByRole("listitem").allTextContents()
  remember(renewed[0])
  await third.getByLabel("Code").fill(second)
  await third.getByRole("button", { name: "Continue" }).click()
  await expect(third.getByText("This code doesn't work.")).toBeVisible()
  await third.getByLabel("Code").fill(renewed[0] ?? "")
  await third.getByRole("button", { name: "Continue" }).click()
  await third.waitForURL((url) => url.pathname === "/")
})

test("the app is turned off again", async ({ openContext, page, mailed }) => {
  const { user } = await openWithApp(page, mailed)
  await page.goto(`${mailed.issuer}/account/totp`)
  await page.getByRole("button", { name: "Remove" }).click()
  await expect(page.getByText("Your authenticator app was removed.")).toBeVisible()
  const other = await (await openContext()).newPage()
  await other.goto(`${mailed.issuer}/sign-in`)
  await signIn(other, user)
  await other.waitForURL((url) => url.pathname === "/")
})

test("changing the password asks for the second factor again, which it does not prove", async ({ page, mailed }) => {
  const { user, app } = await openWithApp(page, mailed)
  await page.goto(`${mailed.issuer}/account/password`)
  await page.getByLabel("Current password").fill(user.password)
  await page.getByLabel("New password").fill(remember("seven purple elephants dance"))
  await page.getByRole("button", { name: "Change password" }).click()
  await expect(page.getByRole("heading", { name: "Enter your code" })).toBeVisible()
  await page.goto(`${mailed.issuer}/account/totp`)
  await expect(page.getByRole("heading", { name: "Enter your code" })).toBeVisible()
  await page.getByLabel("Code").fill(app.code())
  await page.getByRole("button", { name: "Continue" }).click()
  await expect(page.getByText("10 recovery codes are left.")).toBeVisible()
})

test("a client, a request or the whole server can require a second factor, which is set up on the way", async ({
  openContext,
  mailed,
  site,
}) => {
  const strict = await startOwnServer({ ...mailSettings(mailed.mail), REQUIRE_SECOND_FACTOR: "on" })
  const essential = JSON.stringify({ id_token: { acr: { essential: true, values: ["2"] } } })
  const redirectUris = [site.redirectUri]
  for (const { issuer, metadata, changes } of [
    { issuer: mailed.issuer, metadata: { requireSecondFactor: true }, changes: {} },
    { issuer: mailed.issuer, metadata: {}, changes: { claims: essential } },
    { issuer: strict.issuer, metadata: {}, changes: {} },
  ]) {
    const page = await (await openContext()).newPage()
    const client = await registerClient({ redirectUris, ...metadata })
    const user = await insertUser()
    await beginAtClient(page, client, changes, issuer)
    await signIn(page, user)
    await expect(page.getByText("This service requires a second step when you sign in.")).toBeVisible()
    await setUpApp(page)
    await page.getByRole("link", { name: "Continue" }).click()
    expect((await backAtClient(page, site)).searchParams.get("code")).not.toBeNull()
  }
  await strict.stop()
})
