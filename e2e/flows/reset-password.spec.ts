import { linkOf } from "@/lib/testing/mail-server"
import { backAtClient, beginAtClient } from "../fixtures/journey"
import { expect, test } from "../fixtures/mail"
import { startOwnServer } from "../fixtures/own-server"
import { addBrowserSession, signIn } from "../fixtures/people"
import { remember } from "../fixtures/secrets"
import { insertUser, isActive, obtainTokens, registerClient } from "../fixtures/world"

const newPassword = "seven purple elephants dance"

for (const javaScriptEnabled of [true, false]) {
  test(`a forgotten password is reset by e-mail, JavaScript ${javaScriptEnabled ? "on" : "off"}, and the sign-in continues to the client`, async ({
    openContext,
    mailed,
    site,
  }) => {
    const page = await (await openContext({ javaScriptEnabled })).newPage()
    const user = await insertUser()
    const client = await registerClient({ clientName: "Holiday planner", redirectUris: [site.redirectUri] })
    await beginAtClient(page, client, {}, mailed.issuer)
    await page.getByRole("link", { name: "Forgot your password?" }).click()
    await page.getByLabel("Email").fill(user.email)
    await page.getByRole("button", { name: "Send the link" }).click()
    await expect(page.getByRole("heading", { name: "Check your email" })).toBeVisible()

    const mail = await mailed.mail.waitFor(user.email)
    expect(mail.subject).toBe("Reset your OAuth Flow password")
    remember(linkOf(mail).searchParams.get("token"))
    await page.goto(linkOf(mail).href)
    await expect(page.getByText(user.email)).toBeVisible()
    await page.getByLabel("New password").fill("short")
    await page.getByRole("button", { name: "Change password" }).click()
    await expect(page.getByText("Use at least 8 characters.")).toBeVisible()
    await page.getByLabel("New password").fill(remember(newPassword))
    await page.getByRole("button", { name: "Change password" }).click()

    await expect(page.getByText("Your password was changed.")).toBeVisible()
    await expect(page.getByText("to continue to Holiday planner")).toBeVisible()
    await signIn(page, { email: user.email, password: newPassword })
    expect((await backAtClient(page, site)).searchParams.get("code")).not.toBeNull()
    expect((await mailed.mail.waitFor(user.email, 2)).subject).toBe("Your OAuth Flow password was changed")
  })
}

test("the link works in another browser, and a reset ends every browser session and Session", async ({
  context,
  page,
  openContext,
  mailed,
}) => {
  const user = await insertUser()
  const { access_token: accessToken } = await obtainTokens(await registerClient(), user)
  await addBrowserSession(context, user, mailed.issuer)
  await page.goto(`${mailed.issuer}/`)
  await expect(page.getByText(user.email)).toBeVisible()

  const other = await (await openContext()).newPage()
  await other.goto(`${mailed.issuer}/reset-password`)
  await other.getByLabel("Email").fill(user.email)
  await other.getByRole("button", { name: "Send the link" }).click()
  const link = linkOf(await mailed.mail.waitFor(user.email))
  remember(link.searchParams.get("token"))
  const third = await (await openContext()).newPage()
  await third.goto(link.href)
  await third.getByLabel("New password").fill(newPassword)
  await third.getByRole("button", { name: "Change password" }).click()
  await expect(third.getByText("Your password was changed.")).toBeVisible()

  await page.reload()
  await expect(page.getByText("You are not signed in.")).toBeVisible()
  expect(await isActive(accessToken)).toBe(false)
})

test("an address without an account gets an e-mail that says so, and the page is the same", async ({
  page,
  mailed,
}) => {
  const unknown = `no-one-${Date.now()}@example.com`
  await page.goto(`${mailed.issuer}/reset-password`)
  await page.getByLabel("Email").fill(unknown)
  await page.getByRole("button", { name: "Send the link" }).click()
  await expect(page.getByRole("heading", { name: "Check your email" })).toBeVisible()
  const mail = await mailed.mail.waitFor(unknown)
  expect(mail.subject).toBe("No OAuth Flow account with this address")
  expect(mail.text).not.toContain("token=")
})

test("where the server has no e-mail, the page says so and how to get help", async ({ page }) => {
  const server = await startOwnServer({ SUPPORT_URL: "https://help.example.com/" })
  await page.goto(`${server.issuer}/sign-in`)
  await page.getByRole("link", { name: "Forgot your password?" }).click()
  await expect(page.getByText("This service can't send email")).toBeVisible()
  await expect(page.getByLabel("Email")).toHaveCount(0)
  await expect(page.getByRole("link", { name: "Ask for help" })).toHaveAttribute("href", "https://help.example.com/")
  await server.stop()
})
