import type { Page } from "@playwright/test"
import { findFreePort } from "@/lib/testing/free-port"
import { type Example, runCli, startExample } from "../fixtures/example"
import { expect, test } from "../fixtures/journey"
import { allow, deny, signIn } from "../fixtures/people"
import { remember } from "../fixtures/secrets"
import { insertUser } from "../fixtures/world"

// The web client of docs/clients/openid-client.md.
let example: Example

test.beforeAll(async () => {
  const PORT = String(await findFreePort())
  const redirectUri = `http://localhost:${PORT}/callback`
  const client = await runCli<{ client_id: string; client_secret: string }>(
    ...["client", "create", "--name", "My web client", "--redirect-uri", redirectUri],
  )
  const CLIENT_SECRET = remember(client.client_secret)
  example = await startExample("web-client.ts", { PORT, CLIENT_ID: client.client_id, CLIENT_SECRET })
})
test.afterAll(() => example?.stop())

async function runThrough(page: Page): Promise<void> {
  const user = await insertUser({ name: "Ada <b>Lovelace</b>" })
  const signedIn = page.getByText(`Ada <b>Lovelace</b>, ${user.email}, is signed in.`)
  await page.goto(example.url)
  await expect(page.getByText("No one is signed in.")).toBeVisible()
  await page.getByRole("link", { name: "Sign in" }).click()
  await expect(page.getByText("to continue to My web client")).toBeVisible()
  await signIn(page, user)
  await expect(page.getByRole("heading", { name: "My web client wants to access your account" })).toBeVisible()
  await allow(page)
  await expect(signedIn).toBeVisible()

  for (let i = 0; i < 3; i++) {
    const answered = page.waitForResponse((response) => response.url().endsWith("/refresh"))
    await page.getByRole("button", { name: "Refresh" }).click()
    expect((await answered).status()).toBe(303)
    await expect(signedIn).toBeVisible()
  }
  await page.getByRole("button", { name: "Sign out" }).click()
  await expect(page.getByText("No one is signed in.")).toBeVisible()
}

test("the web client with openid-client works", async ({ page }) => {
  await runThrough(page)
})

test("the web client with openid-client works with JavaScript turned off in the browser", async ({ openContext }) => {
  await runThrough(await (await openContext({ javaScriptEnabled: false })).newPage())
})

test("the web client with openid-client shows a Deny as access_denied", async ({ page }) => {
  await page.goto(example.url)
  await page.getByRole("link", { name: "Sign in" }).click()
  await signIn(page, await insertUser())
  await deny(page)
  await expect(page.getByText("That did not work: access_denied")).toBeVisible()
})

test("the web client with openid-client rejects a response that it did not ask for - RFC 9700 4.7", async ({
  page,
}) => {
  await page.goto(`${example.url}/callback?code=planted&state=planted`)
  await expect(page.getByText("That did not work")).toBeVisible()
  await page.goto(example.url)
  await expect(page.getByText("No one is signed in.")).toBeVisible()
})
