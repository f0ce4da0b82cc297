import { backAtClient, beginAtClient } from "../fixtures/journey"
import { expect, test } from "../fixtures/mail"
import { expectAccessible, expectNoSidewaysScroll } from "../fixtures/page-checks"
import { addBrowserSession, signIn } from "../fixtures/people"
import { insertUser, registerClient } from "../fixtures/world"

test("a page is in the browser's language, ui_locales comes before it, and an unknown language is skipped - OpenID Connect Core 3.1.2.1", async ({
  openContext,
  mailed,
  site,
}) => {
  const page = await (await openContext({ locale: "de-AT" })).newPage()
  await page.goto(`${mailed.issuer}/sign-in`)
  await expect(page.getByRole("heading", { name: "Anmelden" })).toBeVisible()
  await expect(page.locator("html")).toHaveAttribute("lang", "de")

  const client = await registerClient({ clientName: "Holiday planner", redirectUris: [site.redirectUri] })
  await beginAtClient(page, client, { ui_locales: "tlh pt-BR de" }, mailed.issuer)
  await expect(page.locator("html")).toHaveAttribute("lang", "pt")
  // The pages that follow are in the same language.
  const user = await insertUser()
  await page.locator("input[name=email]").fill(user.email)
  await page.locator("input[name=password]").fill("a wrong password")
  await page.getByRole("button", { name: "Entrar", exact: true }).click()
  await expect(page.getByText("O email ou a senha está incorreto.")).toBeVisible()
  await expect(page.locator("html")).toHaveAttribute("lang", "pt")
})

for (const [locale, heading] of [
  ["ar", "تسجيل الدخول"],
  ["he-IL", "כניסה"],
] as const) {
  test(`the pages in ${locale} are read from right to left, at every width`, async ({ openContext, mailed }) => {
    const context = await openContext({ locale })
    const page = await context.newPage()
    await page.goto(`${mailed.issuer}/sign-in`)
    await expect(page.getByRole("heading", { name: heading })).toBeVisible()
    await expect(page.locator("html")).toHaveAttribute("dir", "rtl")
    await expectAccessible(page)
    await addBrowserSession(context, await insertUser(), mailed.issuer)
    await page.goto(`${mailed.issuer}/account`)
    await expect(page.locator("html")).toHaveAttribute("dir", "rtl")
    await expectAccessible(page)
    for (const width of [320, 1280]) {
      await page.setViewportSize({ width, height: 844 })
      await expectNoSidewaysScroll(page)
    }
    // What is meant for the app's developer stays in English.
    await page.goto(`${mailed.issuer}/authorize`)
    await expect(page.locator("pre")).toHaveCSS("direction", "ltr")
  })
}

test("a person chooses a language, which comes before the browser's, also in another browser and in e-mails", async ({
  openContext,
  mailed,
  site,
}) => {
  const user = await insertUser()
  const context = await openContext({ locale: "en-GB" })
  const page = await context.newPage()
  await addBrowserSession(context, user, mailed.issuer)
  await page.goto(`${mailed.issuer}/account/profile`)
  await page.getByLabel("Language").selectOption("fr")
  await page.getByRole("button", { name: "Save" }).click()
  await page.waitForURL((url) => url.pathname === "/account")
  await expect(page.locator("html")).toHaveAttribute("lang", "fr")

  const elsewhere = await (await openContext({ locale: "en-GB" })).newPage()
  const client = await registerClient({ redirectUris: [site.redirectUri] })
  await beginAtClient(elsewhere, client, {}, mailed.issuer)
  await signIn(elsewhere, user)
  await backAtClient(elsewhere, site)
  await elsewhere.goto(`${mailed.issuer}/account`)
  await expect(elsewhere.locator("html")).toHaveAttribute("lang", "fr")

  await elsewhere.context().clearCookies()
  await elsewhere.goto(`${mailed.issuer}/reset-password`)
  await elsewhere.getByLabel("Email").fill(user.email)
  await elsewhere.getByRole("button", { name: "Send the link" }).click()
  expect((await mailed.mail.waitFor(user.email)).subject).toMatch(/mot de passe/)
})
