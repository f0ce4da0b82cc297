import type { Page } from "@playwright/test"
import { decodeJwt } from "jose"
import { cookieName } from "../fixtures/cookies"
import { backAtClient, beginAtClient } from "../fixtures/journey"
import { expect, type MailedServer, test } from "../fixtures/mail"
import { addBrowserSession, signIn } from "../fixtures/people"
import { insertUser, readTokens, redeem, registerClient } from "../fixtures/world"

/** Gives the page's browser an authenticator that stores passkeys and verifies its user. */
async function addAuthenticator(page: Page, automatic = true) {
  const devtools = await page.context().newCDPSession(page)
  await devtools.send("WebAuthn.enable")
  const { authenticatorId } = await devtools.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: automatic,
    },
  })
  return { devtools, authenticatorId }
}

async function addPasskey(page: Page, mailed: MailedServer) {
  const { devtools, authenticatorId } = await addAuthenticator(page)
  const user = await insertUser()
  await addBrowserSession(page.context(), user, mailed.issuer)
  await page.goto(`${mailed.issuer}/account`)
  await page.getByRole("link", { name: "Change: Passkeys" }).click()
  await page.getByLabel("Name").fill("My laptop")
  await page.getByRole("button", { name: "Add a passkey" }).click()
  await expect(page.getByText("The passkey was added.")).toBeVisible()
  const setPresence = (enabled: boolean) =>
    devtools.send("WebAuthn.setAutomaticPresenceSimulation", { authenticatorId, enabled })
  return { user, setPresence }
}

test("a passkey is added, signs in without a password by a button, and reports two factors", async ({
  page,
  mailed,
  site,
}) => {
  // Autofill would use the passkey as soon as the sign-in page opens.
  await page.addInitScript(() => {
    PublicKeyCredential.isConditionalMediationAvailable = async () => false
  })
  const { user } = await addPasskey(page, mailed)
  expect((await mailed.mail.waitFor(user.email)).text).toContain("with the passkey My laptop")
  await page.context().clearCookies()
  const client = await registerClient({ redirectUris: [site.redirectUri], requireSecondFactor: true })
  const pkce = await beginAtClient(page, client, {}, mailed.issuer)
  await page.getByRole("button", { name: "Use a passkey" }).click()
  const code = (await backAtClient(page, site)).searchParams.get("code") ?? ""
  const options = { baseUrl: mailed.issuer }
  const sent = { code, codeVerifier: pkce.codeVerifier }
  const tokens = await readTokens(await redeem(client, sent, { redirect_uri: site.redirectUri }, options))
  expect(decodeJwt(tokens.id_token ?? "")).toMatchObject({ sub: user.id, acr: "2" })

  await page.goto(`${mailed.issuer}/account/passkeys`)
  await expect(page.getByText("last used")).toBeVisible()
  await page.getByRole("button", { name: "Remove: My laptop" }).click()
  await expect(page.getByText("The passkey was removed.")).toBeVisible()
  await expect(page.getByText("My laptop")).toHaveCount(0)
})

test("a passkey signs in by autofill, as soon as the person chooses it", async ({ page, mailed }) => {
  const { user } = await addPasskey(page, mailed)
  await page.context().clearCookies()
  await page.goto(`${mailed.issuer}/sign-in?${new URLSearchParams({ next: "/account" })}`)
  await expect(page.getByRole("heading", { name: "Your account" })).toBeVisible()
  await expect(page.getByText(user.email)).toBeVisible()
})

test("when the browser stops, the page says so, and the password still works", async ({ page, mailed }) => {
  const user = await insertUser()
  const { devtools, authenticatorId } = await addAuthenticator(page)
  await devtools.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: false })
  await page.goto(`${mailed.issuer}/sign-in`)
  await page.getByRole("button", { name: "Use a passkey" }).click()
  await expect(page.getByText("No passkey was used.")).toBeVisible()
  await signIn(page, user)
  await page.waitForURL((url) => url.pathname === "/")
})

test("a passkey is offered once after a sign-in on a device that the person keeps, and can be skipped", async ({
  page,
  mailed,
  site,
}) => {
  await addAuthenticator(page, false)
  const user = await insertUser()
  const client = await registerClient({ redirectUris: [site.redirectUri] })
  const signInAndKeep = async () => {
    await beginAtClient(page, client, {}, mailed.issuer)
    await page.getByLabel("Keep me signed in").check()
    await signIn(page, user)
  }
  await signInAndKeep()
  await expect(page.getByRole("heading", { name: "Sign in faster next time?" })).toBeVisible()
  await page.getByRole("button", { name: "Not now" }).click()
  expect((await backAtClient(page, site)).searchParams.get("code")).not.toBeNull()
  await page.context().clearCookies({ name: cookieName("session", mailed.issuer) })
  await signInAndKeep()
  expect((await backAtClient(page, site)).searchParams.get("code")).not.toBeNull()
})

test("a passkey that is added from the offer continues to the client", async ({ page, mailed, site }) => {
  const { devtools, authenticatorId } = await addAuthenticator(page, false)
  const user = await insertUser()
  const client = await registerClient({ redirectUris: [site.redirectUri] })
  await beginAtClient(page, client, {}, mailed.issuer)
  await page.getByLabel("Keep me signed in").check()
  await signIn(page, user)
  await devtools.send("WebAuthn.setAutomaticPresenceSimulation", { authenticatorId, enabled: true })
  await page.getByRole("button", { name: "Add a passkey" }).click()
  expect((await backAtClient(page, site)).searchParams.get("code")).not.toBeNull()
})

test("an account can be deleted after a recent sign-in with a passkey, without the password", async ({
  page,
  mailed,
}) => {
  const { setPresence } = await addPasskey(page, mailed)
  await page.context().clearCookies()
  await page.goto(`${mailed.issuer}/sign-in?${new URLSearchParams({ next: "/account/delete" })}`)
  await expect(page.getByRole("heading", { name: "Delete your account?" })).toBeVisible()
  await expect(page.getByLabel("Enter your password to confirm")).toHaveCount(0)
  // Otherwise autofill would use the deleted passkey on the sign-in page, again and again.
  await setPresence(false)
  await page.getByRole("button", { name: "Delete account" }).click()
  await expect(page.getByText("Your account was deleted.")).toBeVisible()
})

test("without JavaScript the sign-in page has no passkey button", async ({ openContext, mailed }) => {
  const page = await (await openContext({ javaScriptEnabled: false })).newPage()
  await page.goto(`${mailed.issuer}/sign-in`)
  await expect(page.getByRole("button", { name: "Sign in", exact: true })).toBeVisible()
  await expect(page.getByRole("button", { name: "Use a passkey" })).toBeHidden()
})
