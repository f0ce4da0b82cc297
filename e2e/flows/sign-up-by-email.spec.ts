import { randomBytes } from "node:crypto"
import { linkOf } from "@/lib/testing/mail-server"
import { backAtClient, beginAtClient } from "../fixtures/journey"
import { expect, mailSettings, test } from "../fixtures/mail"
import { startOwnServer } from "../fixtures/own-server"
import { signIn } from "../fixtures/people"
import { remember } from "../fixtures/secrets"
import { insertUser, readTokens, redeem, registerClient } from "../fixtures/world"

const newEmail = () => `ada-${randomBytes(6).toString("hex")}@example.com`
const password = "an engine of many wheels"

test("signing up by e-mail continues to the client, with a verified address", async ({ page, mailed, site }) => {
  const client = await registerClient({ clientName: "Holiday planner", redirectUris: [site.redirectUri] })
  const pkce = await beginAtClient(page, client, { prompt: "create" }, mailed.issuer)
  const email = newEmail()
  await page.getByLabel("Email").fill(email)
  await page.getByRole("button", { name: "Continue" }).click()
  await expect(page.getByRole("heading", { name: "Check your email" })).toBeVisible()

  const mail = await mailed.mail.waitFor(email)
  expect(mail.subject).toBe("Finish creating your OAuth Flow account")
  remember(linkOf(mail).searchParams.get("token"))
  await page.goto(linkOf(mail).href)
  await expect(page.getByText(email)).toBeVisible()
  await page.getByLabel("Name").fill("Ada Lovelace")
  await page.getByLabel("New password").fill(remember(password))
  await page.getByRole("button", { name: "Create account" }).click()

  const answer = await backAtClient(page, site)
  const code = answer.searchParams.get("code") ?? ""
  const options = { baseUrl: mailed.issuer }
  const sent = { code, codeVerifier: pkce.codeVerifier }
  const tokens = await readTokens(await redeem(client, sent, { redirect_uri: site.redirectUri }, options))
  const userInfo = await fetch(`${mailed.issuer}/userinfo`, {
    headers: { Authorization: `Bearer ${tokens.access_token}` },
  })
  expect(await userInfo.json()).toMatchObject({ email, email_verified: true, name: "Ada Lovelace" })
})

test("a taken address gets an e-mail that says so, and the page is the same as for a new one", async ({
  page,
  mailed,
}) => {
  const { email } = await insertUser()
  await page.goto(`${mailed.issuer}/sign-up`)
  await page.getByLabel("Email").fill(email)
  await page.getByRole("button", { name: "Continue" }).click()
  await expect(page.getByRole("heading", { name: "Check your email" })).toBeVisible()
  const mail = await mailed.mail.waitFor(email)
  expect(mail.subject).toBe("This address already has an account at OAuth Flow")
  expect(mail.text).not.toContain("token=")
})

test("with REQUIRE_VERIFIED_EMAIL, a sign-in waits for the address, and goes on after its confirmation", async ({
  page,
  mailed,
  site,
}) => {
  const server = await startOwnServer({ ...mailSettings(mailed.mail), REQUIRE_VERIFIED_EMAIL: "on" })
  const user = await insertUser()
  const client = await registerClient({ redirectUris: [site.redirectUri] })
  await beginAtClient(page, client, {}, server.issuer)
  await signIn(page, user)
  await expect(page.getByText("Before you can sign in, confirm your email address.")).toBeVisible()
  const mail = await mailed.mail.waitFor(user.email)
  remember(linkOf(mail).searchParams.get("token"))
  await page.goto(linkOf(mail).href)
  await page.getByRole("button", { name: "Confirm" }).click()
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible()
  await signIn(page, user)
  expect((await backAtClient(page, site)).searchParams.get("code")).not.toBeNull()
  await server.stop()
})
