import { createRemoteJWKSet, decodeJwt, jwtVerify } from "jose"
import { testEnvironment } from "../fixtures/environment"
import { backAtClient, beginAtClient, expect, test } from "../fixtures/journey"
import { allow, signIn } from "../fixtures/people"
import { insertUser, isActive, readTokens, redeem, registerClient } from "../fixtures/world"

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
  await expect(page.getByText("Shop is asking you to sign out.")).toBeVisible()
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

test("after a sign-out the clients get a logout token, and their Sessions without offline_access end - Back-Channel Logout 2.5, 2.7", async ({
  page,
  site,
}) => {
  const client = await registerClient({
    redirectUris: [site.redirectUri],
    backchannelLogoutUri: `${site.origin}/logout`,
  })
  const user = await insertUser()
  async function signInAtClient(scope: string) {
    const { codeVerifier } = await beginAtClient(page, client, { scope })
    if (new URL(page.url()).pathname === "/sign-in") await signIn(page, user)
    const code = (await backAtClient(page, site)).searchParams.get("code") ?? ""
    return readTokens(await redeem(client, { code, codeVerifier }, { redirect_uri: site.redirectUri }))
  }
  const online = await signInAtClient("openid")
  const offline = await signInAtClient("openid offline_access")
  const { issuer } = testEnvironment()
  await page.goto(`${issuer}/end-session?id_token_hint=${online.id_token}`)
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("You're signed out")

  await expect.poll(() => site.forms.length).toBe(2)
  const keys = createRemoteJWKSet(new URL("/jwks", issuer))
  const expected = { issuer, audience: client.clientId, subject: user.id, typ: "logout+jwt" }
  const sids = await Promise.all(
    site.forms.map(async (form) => (await jwtVerify(form.get("logout_token") ?? "", keys, expected)).payload.sid),
  )
  const sidOf = ({ id_token = "" }) => decodeJwt(id_token).sid
  expect(sids.sort()).toEqual([sidOf(online), sidOf(offline)].sort())
  expect(await isActive(online.access_token)).toBe(false)
  expect(await isActive(offline.access_token)).toBe(true)
})
