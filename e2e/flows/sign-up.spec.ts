import { backAtClient, beginAtClient, expect, test } from "../fixtures/journey"
import { allow, signUp } from "../fixtures/people"
import { isActive, readTokens, redeem, registerClient } from "../fixtures/world"

test("a new user signs up and presses Allow, and the client has tokens for the user", async ({ page, site }) => {
  const client = await registerClient({
    clientName: "Holiday planner",
    redirectUris: [site.redirectUri],
    firstParty: false,
  })
  const { codeVerifier } = await beginAtClient(page, client, { scope: "openid profile email offline_access" })

  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible()
  await expect(page.getByText("to continue to Holiday planner")).toBeVisible()
  await page.getByRole("link", { name: "Create an account" }).click()
  await expect(page.getByText("to continue to Holiday planner")).toBeVisible()
  const email = `ada-${client.clientId.toLowerCase()}@example.com`
  await signUp(page, { email, name: "Ada Lovelace", password: "an engine of many wheels" })

  await expect(page.getByRole("heading", { name: "Holiday planner wants to access your account" })).toBeVisible()
  for (const words of ["See your name", "See your email address", "Keep access when you're not using the app"]) {
    await expect(page.getByRole("listitem").filter({ hasText: words })).toBeVisible()
  }
  await expect(page.getByText(`You'll be sent back to ${new URL(site.origin).host}`)).toBeVisible()
  await expect(page.getByText(`Signed in as ${email}`)).toBeVisible()
  await allow(page)

  const answer = await backAtClient(page, site)
  expect(answer.searchParams.get("state")).toBe("the-client-s-state")
  const code = answer.searchParams.get("code") ?? ""
  const tokens = await readTokens(await redeem(client, { code, codeVerifier }, { redirect_uri: site.redirectUri }))
  expect(await isActive(tokens.access_token)).toBe(true)
  const userInfo = await fetch(new URL("/userinfo", answer.searchParams.get("iss") ?? ""), {
    headers: { Authorization: `Bearer ${tokens.access_token}` },
  })
  expect(await userInfo.json()).toMatchObject({ email, name: "Ada Lovelace" })
})

test("prompt=create starts at sign-up - Initiating User Registration 1.0 section 4", async ({ page, site }) => {
  const client = await registerClient({ redirectUris: [site.redirectUri] })
  await beginAtClient(page, client, { prompt: "create" })
  await expect(page.getByRole("heading", { name: "Create an account" })).toBeVisible()
  await signUp(page, { email: `grace-${client.clientId}@example.com`, password: "the first bug was a moth" })
  expect((await backAtClient(page, site)).searchParams.get("code")).not.toBeNull()
})

test("login_hint fills in the email address, and nothing else - OpenID Connect Core 3.1.2.1", async ({
  page,
  site,
}) => {
  const client = await registerClient({ redirectUris: [site.redirectUri] })
  await beginAtClient(page, client, { login_hint: "ada@example.com" })
  await expect(page.getByLabel("Email")).toHaveValue("ada@example.com")
  await expect(page.getByLabel("Password", { exact: true })).toHaveValue("")
})
