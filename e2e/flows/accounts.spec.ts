import type { Page } from "@playwright/test"
import { decodeJwt } from "jose"
import { testEnvironment } from "../fixtures/environment"
import { backAtClient, beginAtClient, type ClientSite, expect, test } from "../fixtures/journey"
import { expectAccessible } from "../fixtures/page-checks"
import { addPasskey } from "../fixtures/passkeys"
import { signIn } from "../fixtures/people"
import { insertUser, readTokens, redeem, registerClient, type TestClient } from "../fixtures/world"

async function subAtClient(page: Page, site: ClientSite, client: TestClient, codeVerifier: string) {
  const code = (await backAtClient(page, site)).searchParams.get("code") ?? ""
  const tokens = await readTokens(await redeem(client, { code, codeVerifier }, { redirect_uri: site.redirectUri }))
  return decodeJwt(tokens.id_token ?? "").sub
}

test("prompt=select_account keeps several accounts in one browser, and lets the person choose - OpenID Connect Core 3.1.2.1", async ({
  page,
  site,
}) => {
  const [ada, grace] = [await insertUser({ name: "Ada" }), await insertUser()]
  const client = await registerClient({ clientName: "Holiday planner", redirectUris: [site.redirectUri] })
  const begin = () => beginAtClient(page, client, { prompt: "select_account" })
  for (const person of [ada, grace]) {
    const { codeVerifier } = await begin()
    await signIn(page, person)
    expect(await subAtClient(page, site, client, codeVerifier)).toBe(person.id)
  }
  // Both are signed in: no password is needed, whichever is chosen.
  for (const person of [ada, grace, grace, ada]) {
    const { codeVerifier } = await begin()
    await expect(page.getByRole("heading", { name: "Choose an account" })).toBeVisible()
    await page.getByRole("button", { name: person.email }).click()
    expect(await subAtClient(page, site, client, codeVerifier)).toBe(person.id)
  }
  await begin()
  await expectAccessible(page)
  await page.getByRole("button", { name: "Use another account" }).click()
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible()
  // Without select_account, the account that was chosen last is used.
  const { codeVerifier } = await beginAtClient(page, client)
  expect(await subAtClient(page, site, client, codeVerifier)).toBe(ada.id)
  // Signing out ends all of them.
  await page.goto(`${testEnvironment().issuer}/sign-out`)
  await page.getByRole("button", { name: "Sign out" }).click()
  await begin()
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible()
})

test("a sign-in with a passkey adds an account as one with a password does", async ({ page, site }) => {
  const [ada, grace] = [await insertUser(), await insertUser()]
  const client = await registerClient({ redirectUris: [site.redirectUri] })
  const begin = () => beginAtClient(page, client, { prompt: "select_account" })
  await begin()
  await signIn(page, ada)
  await backAtClient(page, site)
  await begin()
  const passkey = await addPasskey(grace)
  const fields = page.locator("[data-passkey]")
  const { challenge } = JSON.parse((await fields.getAttribute("data-options")) ?? "{}")
  const response = passkey.answer({ challenge, origin: testEnvironment().issuer })
  await fields.locator("input[name=response]").evaluate((input: HTMLInputElement, value) => {
    input.value = value
    if (input.form) input.form.action = "/sign-in/passkey/submit"
    input.form?.submit()
  }, response)
  await backAtClient(page, site)
  await begin()
  for (const person of [ada, grace]) await expect(page.getByRole("button", { name: person.email })).toBeVisible()
})

test("the account must be one of this browser, and prompt=login asks for the password anyway", async ({
  page,
  site,
}) => {
  const client = await registerClient({ redirectUris: [site.redirectUri] })
  const people = [await insertUser(), await insertUser()]
  for (const person of people) {
    await beginAtClient(page, client, { prompt: "select_account" })
    await signIn(page, person)
    await backAtClient(page, site)
  }
  await beginAtClient(page, client, { prompt: "select_account" })
  await page
    .locator("button[name=account]")
    .first()
    .evaluate((button: HTMLButtonElement) => {
      button.value = "forged"
    })
  await page.locator("button[name=account]").first().click()
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible()
  await beginAtClient(page, client, { prompt: "select_account login" })
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible()
})

test("signing out by a client ends every sign-in of that person in this browser, and no other person's", async ({
  page,
  site,
}) => {
  const [ada, grace] = [await insertUser(), await insertUser()]
  const client = await registerClient({ redirectUris: [site.redirectUri] })
  const { issuer } = testEnvironment()
  let idToken = ""
  for (const [person, prompt] of [
    [ada, "select_account"],
    [grace, "select_account"],
    [ada, "login"],
  ] as const) {
    const { codeVerifier } = await beginAtClient(page, client, { prompt })
    await signIn(page, person)
    const code = (await backAtClient(page, site)).searchParams.get("code") ?? ""
    const tokens = await readTokens(await redeem(client, { code, codeVerifier }, { redirect_uri: site.redirectUri }))
    idToken = tokens.id_token ?? ""
  }
  await page.goto(`${issuer}/end-session?${new URLSearchParams({ id_token_hint: idToken })}`)
  await expect(page.getByRole("heading", { name: "You're signed out" })).toBeVisible()
  await beginAtClient(page, client, { prompt: "select_account" })
  await expect(page.getByText(ada.email)).toHaveCount(0)
})
