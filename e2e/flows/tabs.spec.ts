import { cookieName } from "../fixtures/cookies"
import { testEnvironment } from "../fixtures/environment"
import { backAtClient, beginAtClient, expect, test } from "../fixtures/journey"
import { startOwnServer } from "../fixtures/own-server"
import { signIn } from "../fixtures/people"
import { insertUser, readTokens, redeem, registerClient } from "../fixtures/world"

const form = { name: "Sign in" }

test("several first visits at the same time all finish", async ({ context, site }) => {
  const user = await insertUser()
  const client = await registerClient({ redirectUris: [site.redirectUri] })
  const names = ["one", "two", "three"]
  const tabs = await Promise.all(names.map(() => context.newPage()))
  expect(await context.cookies()).toEqual([])
  const pkces = await Promise.all(tabs.map((tab, i) => beginAtClient(tab, client, { state: names[i] })))
  for (const [i, tab] of tabs.entries()) {
    await signIn(tab, user)
    const { searchParams } = await backAtClient(tab, site)
    expect(searchParams.get("state")).toBe(names[i])
    const codes = { code: searchParams.get("code") ?? "", codeVerifier: pkces[i]?.codeVerifier ?? "" }
    await readTokens(await redeem(client, codes, { redirect_uri: site.redirectUri }))
  }
})

test("a browser that arrives at 127.0.0.1 is redirected to the issuer first, and finishes", async ({
  context,
  page,
  site,
}) => {
  const { issuer } = testEnvironment()
  const client = await registerClient({ redirectUris: [site.redirectUri] })
  await beginAtClient(page, client, {}, issuer.replace("localhost", "127.0.0.1"))
  expect(new URL(page.url()).origin).toBe(issuer)
  expect((await context.cookies()).map(({ domain }) => domain)).toEqual(["localhost"])
  await signIn(page, await insertUser())
  expect((await backAtClient(page, site)).searchParams.get("code")).not.toBeNull()
})

test("going back after a sign-in continues without a new sign-in, with a new code", async ({ page, site }) => {
  const client = await registerClient({ redirectUris: [site.redirectUri] })
  await beginAtClient(page, client)
  await signIn(page, await insertUser())
  await backAtClient(page, site)
  await page.goBack()
  await backAtClient(page, site)
  await expect.poll(() => site.answers.length).toBe(2)
  const codes = site.answers.map(({ searchParams }) => searchParams.get("code"))
  expect(codes).not.toContain(null)
  expect(new Set(codes).size).toBe(2)
})

test("a sign-in page that is reloaded after a sign-in in another tab continues, except with prompt=login", async ({
  context,
  page,
  site,
}) => {
  const client = await registerClient({ redirectUris: [site.redirectUri] })
  const user = await insertUser()
  const [waiting, asking] = [await context.newPage(), await context.newPage()]
  await beginAtClient(waiting, client, { state: "waiting" })
  await beginAtClient(asking, client, { state: "asking", prompt: "login" })
  await beginAtClient(page, client)
  await signIn(page, user)
  await backAtClient(page, site)

  await waiting.reload()
  expect((await backAtClient(waiting, site)).searchParams.get("state")).toBe("waiting")
  // prompt=login requires a sign-in after the request, and this one was before.
  await beginAtClient(asking, client, { state: "asking", prompt: "login" })
  await asking.reload()
  await expect(asking.getByRole("heading", form)).toBeVisible()
  expect(site.answers).toHaveLength(2)
})

test("an error page of a known client has a link back to the client", async ({ context, page, site }) => {
  const client = await registerClient({ clientName: "Holiday planner", redirectUris: [site.redirectUri] })
  const callback = context.waitForEvent("request", (request) => request.url().includes("/callback?state="))
  await beginAtClient(page, client)
  await signIn(page, await insertUser())
  await backAtClient(page, site)
  await page.goto((await callback).url())
  await expect(page.getByRole("heading", { name: "This link was already used" })).toBeVisible()
  await page.getByRole("link", { name: "Back to Holiday planner" }).click()
  await expect(page.getByRole("heading", { name: "Back at the client" })).toBeVisible()
  expect(new URL(page.url()).pathname).toBe("/")
})

test("two servers on two ports of localhost keep both sessions of one browser", async ({ context, page }) => {
  const other = await startOwnServer({})
  const { issuer } = testEnvironment()
  const [ada, grace] = [await insertUser(), await insertUser()]
  for (const [at, user] of [
    [issuer, ada],
    [other.issuer, grace],
  ] as const) {
    await page.goto(`${at}/sign-in`)
    await signIn(page, user)
    await expect(page.getByText(`Signed in as ${user.email}`)).toBeVisible()
  }
  await page.goto(issuer)
  await expect(page.getByText(`Signed in as ${ada.email}`)).toBeVisible()
  await page.getByRole("button", { name: "Sign out" }).click()
  await expect(page.getByText(`Signed in as ${ada.email}`)).toBeHidden()
  await page.goto(other.issuer)
  await expect(page.getByText(`Signed in as ${grace.email}`)).toBeVisible()
  const sessions = (await context.cookies()).map(({ name }) => name).filter((name) => name.endsWith("session"))
  expect(sessions).toEqual([cookieName("session", other.issuer)])
  await other.stop()
})
