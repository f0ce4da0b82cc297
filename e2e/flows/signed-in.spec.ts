import { cookieName } from "../fixtures/cookies"
import { testEnvironment } from "../fixtures/environment"
import { backAtClient, beginAtClient, expect, test } from "../fixtures/journey"
import { addBrowserSession, signIn } from "../fixtures/people"
import { insertUser, registerClient } from "../fixtures/world"

test("a browser that is signed in gets the code from /authorize without a page", async ({ context, page, site }) => {
  const client = await registerClient({ redirectUris: [site.redirectUri] })
  await addBrowserSession(context, await insertUser())
  const seen: string[] = []
  page.on("request", (request) => seen.push(new URL(request.url()).pathname))
  await beginAtClient(page, client)
  expect((await backAtClient(page, site)).searchParams.get("code")).not.toBeNull()
  expect(seen.filter((path) => path !== "/favicon.ico")).toEqual(["/authorize", "/callback"])
})

test("after one sign-in the browser stays signed in for the next client", async ({ page, site }) => {
  const user = await insertUser()
  const [first, second] = [
    await registerClient({ redirectUris: [site.redirectUri] }),
    await registerClient({ redirectUris: [site.redirectUri] }),
  ]
  await beginAtClient(page, first)
  await signIn(page, user)
  await backAtClient(page, site)
  await beginAtClient(page, second, { state: "second" })
  expect((await backAtClient(page, site)).searchParams.get("state")).toBe("second")
  expect(site.answers).toHaveLength(2)
})

test("prompt=login asks again, and then for the password - OpenID Connect Core 3.1.2.1", async ({
  context,
  page,
  site,
}) => {
  const user = await insertUser()
  const client = await registerClient({ redirectUris: [site.redirectUri] })
  await addBrowserSession(context, user)
  await beginAtClient(page, client, { prompt: "login" })
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible()
  // Skipping the form does not help: the callback requires a sign-in after the request.
  const state = new URL(page.url()).searchParams.get("state") ?? ""
  await page.goto(`${testEnvironment().issuer}/callback?${new URLSearchParams({ state })}`)
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible()
  expect(site.answers).toEqual([])

  await signIn(page, user)
  expect((await backAtClient(page, site)).searchParams.get("code")).not.toBeNull()
})

test("prompt=none returns login_required without a page - OpenID Connect Core 3.1.2.6", async ({ page, site }) => {
  const client = await registerClient({ redirectUris: [site.redirectUri] })
  await beginAtClient(page, client, { prompt: "none" })
  const { searchParams } = await backAtClient(page, site)
  expect(searchParams.get("error")).toBe("login_required")
  expect(searchParams.get("state")).toBe("the-client-s-state")
})

test("each sign-in gives the browser a new session and ends the previous one", async ({
  context,
  openContext,
  page,
}) => {
  const { issuer } = testEnvironment()
  const user = await insertUser()
  await addBrowserSession(context, user)
  const before = (await context.cookies()).find(({ name }) => name === cookieName("session"))
  const client = await registerClient()
  await page.goto(`${issuer}/`)
  await expect(page.getByText(`Signed in as ${user.email}`)).toBeVisible()

  await beginAtClient(page, client, { prompt: "login" })
  const signedIn = page.waitForRequest((request) => request.url().startsWith("https://client.example/"))
  await signIn(page, user)
  await signedIn
  const after = (await context.cookies()).find(({ name }) => name === cookieName("session"))
  expect(after?.value).not.toBe(before?.value)
  expect(after).toMatchObject({ httpOnly: true, sameSite: "Lax", path: "/" })

  const thief = await openContext()
  await thief.addCookies([{ name: cookieName("session"), value: before?.value ?? "", url: issuer }])
  const home = await thief.newPage()
  await home.goto(`${issuer}/`)
  await expect(home.getByText("You are not signed in.")).toBeVisible()
})

test("signing out ends the browser session, on the server too", async ({ context, openContext, page, site }) => {
  const { issuer } = testEnvironment()
  const user = await insertUser()
  const client = await registerClient({ redirectUris: [site.redirectUri] })
  await addBrowserSession(context, user)
  const kept = await context.cookies()
  await page.goto(`${issuer}/`)
  await expect(page.getByText(`Signed in as ${user.email}`)).toBeVisible()
  await page.getByRole("button", { name: "Sign out" }).click()
  await expect(page.getByText("You are not signed in.")).toBeVisible()
  expect((await context.cookies()).map(({ name }) => name)).not.toContain(cookieName("session"))

  const thief = await openContext()
  await thief.addCookies(kept)
  for (const browser of [context, thief]) {
    const tab = await browser.newPage()
    await beginAtClient(tab, client)
    await expect(tab.getByRole("heading", { name: "Sign in" })).toBeVisible()
  }
  expect(site.answers).toEqual([])
})

test("sign-in without a client leads to the home page, and so does a second visit", async ({ page }) => {
  const { issuer } = testEnvironment()
  const user = await insertUser()
  await page.goto(`${issuer}/`)
  await page.getByRole("link", { name: "Sign in" }).click()
  await signIn(page, user)
  await expect(page.getByText(`Signed in as ${user.email}`)).toBeVisible()
  for (const path of ["/sign-in", "/sign-up"]) {
    await page.goto(`${issuer}${path}`)
    await expect(page).toHaveURL(`${issuer}/`)
  }
})
