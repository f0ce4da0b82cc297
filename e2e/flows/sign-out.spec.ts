import { testEnvironment } from "../fixtures/environment"
import { backAtClient, beginAtClient, expect, test } from "../fixtures/journey"
import { allow, signIn } from "../fixtures/people"
import { insertUser, registerClient } from "../fixtures/world"

test("a person who signs out at a client signs in again with the password - RP-Initiated Logout 2", async ({
  page,
  site,
}) => {
  const returnUri = `${site.origin}/signed-out`
  const client = await registerClient({
    clientName: "Shop",
    redirectUris: [site.redirectUri],
    postLogoutRedirectUris: [returnUri],
    firstParty: false,
  })
  const user = await insertUser()
  await beginAtClient(page, client)
  await signIn(page, user)
  await allow(page)
  await backAtClient(page, site)

  const { issuer } = testEnvironment()
  const parameters = new URLSearchParams({
    client_id: client.clientId,
    post_logout_redirect_uri: returnUri,
    state: "s",
  })
  await page.goto(`${issuer}/end-session?${parameters}`)
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Sign out?")
  await expect(page.getByText("Shop asks you to sign out.")).toBeVisible()
  await page.getByRole("link", { name: "Stay signed in" }).click()
  await page.waitForURL(`${returnUri}?state=s`)

  await page.goto(`${issuer}/end-session?${parameters}`)
  await page.getByRole("button", { name: "Sign out" }).click()
  await page.waitForURL(`${returnUri}?state=s`)
  await page.goto(`${issuer}/sign-out`)
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("You're signed out")
  await beginAtClient(page, client)
  await signIn(page, user)
  await backAtClient(page, site)
})
