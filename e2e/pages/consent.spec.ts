import { testEnvironment } from "../fixtures/environment"
import { runCli } from "../fixtures/example"
import { beginAtClient, expect, test } from "../fixtures/journey"
import { addBrowserSession } from "../fixtures/people"
import { insertUser, registerClient } from "../fixtures/world"

test("the consent page lists each scope by its description, or by its name without one", async ({
  context,
  page,
  site,
}) => {
  const invoices = `invoices-${process.pid}:read`
  const orders = `orders-${process.pid}:read`
  await runCli("scope", "describe", invoices, "Read your invoices")
  const client = await registerClient({
    clientName: "Shop",
    redirectUris: [site.redirectUri],
    firstParty: false,
    scope: `openid profile email offline_access ${invoices} ${orders}`,
  })
  await addBrowserSession(context, await insertUser())
  await beginAtClient(page, client, { scope: undefined })
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Shop wants to access your account")
  await expect(page.getByRole("listitem")).toHaveText([
    "See your name",
    "See your email address",
    "Keep access when you're not using the app",
    "Read your invoices",
    orders,
  ])

  await runCli("scope", "reset", invoices, "--yes")
  await page.reload()
  await expect(page.getByRole("listitem")).toContainText([invoices])
})

test("the consent page shows the return host above the buttons, and what using another account does", async ({
  context,
  page,
  site,
}) => {
  const client = await registerClient({ redirectUris: [site.redirectUri], firstParty: false })
  await addBrowserSession(context, await insertUser())
  await beginAtClient(page, client, { scope: "openid" })
  await expect(page.getByText("will see only your account ID")).toBeVisible()
  const host = await page.getByText(`You'll be sent back to ${new URL(site.origin).host}`).boundingBox()
  const allow = await page.getByRole("button", { name: "Allow" }).boundingBox()
  expect(host?.y).toBeLessThan(allow?.y ?? 0)
  const switchButton = page.getByRole("button", { name: "Sign in with another account" })
  await expect(switchButton).toHaveAccessibleDescription("You'll be signed out in this browser first.")
  await switchButton.click()
  await expect(page).toHaveURL(new RegExp(`^${testEnvironment().issuer}/sign-in`))
})

test("the consent page warns about a scheme that other apps may use - RFC 8252 7.1", async ({
  context,
  page,
  site,
}) => {
  const generic = "vscode://example.app/callback"
  const uris = [generic, "com.example.app:/callback", site.redirectUri]
  const options = { clientName: "Editor", redirectUris: uris, firstParty: false }
  await expect(registerClient(options)).rejects.toThrow("invalid_redirect_uri")
  const client = await registerClient({ ...options, anyScheme: true })
  await addBrowserSession(context, await insertUser())
  const warning = page.getByText("Any app on this device can open vscode: links.")
  for (const [redirect_uri, isShown] of [
    [generic, true],
    ["com.example.app:/callback", false],
    [site.redirectUri, false],
  ] as const) {
    await beginAtClient(page, client, { redirect_uri })
    await expect(page.getByRole("button", { name: "Allow" })).toBeVisible()
    await expect(warning).toBeVisible({ visible: isShown })
  }
})
