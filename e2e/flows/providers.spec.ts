import { mkdtempSync } from "node:fs"
import os from "node:os"
import path from "node:path"
import type { Page } from "@playwright/test"
import { decodeJwt } from "jose"
import { runCli } from "../fixtures/cli"
import { testEnvironment } from "../fixtures/environment"
import { postPage } from "../fixtures/forms"
import { backAtClient, beginAtClient } from "../fixtures/journey"
import { test as base, expect, mailSettings } from "../fixtures/mail"
import { highLimits, startOwnServer } from "../fixtures/own-server"
import { addPasskey } from "../fixtures/passkeys"
import { addBrowserSession, signIn } from "../fixtures/people"
import { remember } from "../fixtures/secrets"
import { startServer, type TestServer } from "../fixtures/server"
import { insertUser, locationOf, readTokens, redeem, registerClient, TestBrowser } from "../fixtures/world"

/** Another instance of this server, with its own database, as the provider; and a server that is a client of it. */
type Providers = {
  issuer: string
  server: TestServer
  /** The provider's ID, new in each worker. */
  id: string
  createPerson(facts?: { verified?: boolean; name?: string }): Promise<{ email: string; password: string }>
}

const password = "an engine of many wheels"
let people = 0

const test = base.extend<object, { providers: Providers }>({
  providers: [
    async ({ mailed }, use) => {
      const folder = mkdtempSync(path.join(os.tmpdir(), "oauth-flow-provider-"))
      const secret = "the secret of another provider, of no use elsewhere"
      const databaseUrl = `file:${path.join(folder, "provider.db")}`
      const provider = await startServer({ databaseUrl, secret, env: highLimits })
      const there = { DATABASE_URL: databaseUrl, SECRET: secret, ISSUER: provider.issuer }
      const server = await startOwnServer(mailSettings(mailed.mail))
      const callback = `${server.issuer}/sign-in/provider/callback`
      const client = await runCli<{ client_id: string; client_secret: string }>(
        ["client", "create", "--name", "OAuth Flow here", "--redirect-uri", callback, "--first-party"],
        there,
      )
      const { databaseUrl: ownDatabase, secret: ownSecret } = testEnvironment()
      const here = { DATABASE_URL: ownDatabase, SECRET: ownSecret, ISSUER: server.issuer }
      const id = `other-${process.pid}`
      const added = await runCli<{ redirect_uri: string }>(
        [
          "provider",
          "add",
          id,
          "--name",
          `Elsewhere ${process.pid}`,
          "--issuer",
          provider.issuer,
          "--client-id",
          client.client_id,
          "--client-secret-stdin",
        ],
        here,
        remember(client.client_secret),
      )
      expect(added.redirect_uri).toBe(callback)
      await use({
        issuer: provider.issuer,
        server,
        id,
        async createPerson({ verified = true, name = "Ada Lovelace" } = {}) {
          const email = `person-${process.pid}-${++people}@example.com`
          const flags = verified ? ["--email-verified"] : []
          await runCli(
            ["user", "create", "--email", email, "--name", name, "--password-stdin", ...flags],
            there,
            password,
          )
          return { email, password: remember(password) }
        },
      })
      await runCli(["provider", "remove", id, "--yes"], here)
      await server.stop()
      await provider.stop()
    },
    { scope: "worker", timeout: 120_000 },
  ],
})

const buttonName = `Continue with Elsewhere ${process.pid}`

/** Goes to the provider by the button, and signs in there. */
async function signInElsewhere(page: Page, providers: Providers, person: { email: string; password: string }) {
  await page.getByRole("button", { name: buttonName }).click()
  await page.waitForURL((url) => url.origin === providers.issuer)
  await signIn(page, person)
}

test("someone new signs up with another provider, and the sign-in continues to the client", async ({
  page,
  providers,
  site,
}) => {
  const person = await providers.createPerson()
  const { issuer } = providers.server
  const client = await registerClient({ redirectUris: [site.redirectUri] })
  const pkce = await beginAtClient(page, client, {}, issuer)
  await signInElsewhere(page, providers, person)
  const code = (await backAtClient(page, site)).searchParams.get("code") ?? ""
  const sent = { code, codeVerifier: pkce.codeVerifier }
  const options = { baseUrl: issuer }
  const tokens = await readTokens(await redeem(client, sent, { redirect_uri: site.redirectUri }, options))
  expect(decodeJwt(tokens.id_token ?? "")).toMatchObject({ amr: ["fed"], acr: "1" })
  const headers = { Authorization: `Bearer ${tokens.access_token}` }
  expect(await (await fetch(`${issuer}/userinfo`, { headers })).json()).toMatchObject({
    email: person.email,
    email_verified: true,
    name: "Ada Lovelace",
  })
  // The same person again, in a new visit: the same account.
  await page.context().clearCookies({ domain: "localhost", name: /session/ })
  await page.goto(`${issuer}/sign-in`)
  await signInElsewhere(page, providers, person)
  await page.waitForURL((url) => url.origin === issuer && url.pathname === "/")
  await page.goto(`${issuer}/account`)
  await expect(page.getByText(person.email, { exact: true })).toBeVisible()
  await expect(page.getByText(`Elsewhere ${process.pid}`)).toBeVisible()
})

test("an account with the same address is linked only after a confirmation, when both sides have verified it", async ({
  page,
  providers,
}) => {
  const { issuer } = providers.server
  const person = await providers.createPerson()
  const user = await insertUser({ email: person.email, emailVerifiedAt: new Date() })
  await page.goto(`${issuer}/sign-in?${new URLSearchParams({ next: "/account" })}`)
  await signInElsewhere(page, providers, person)
  await expect(page.getByRole("heading", { name: `Link your Elsewhere ${process.pid} account?` })).toBeVisible()
  await page.goto(`${issuer}/account`)
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible()
  await page.goBack()
  await page.getByRole("button", { name: "Link and continue" }).click()
  await page.waitForURL((url) => url.origin === issuer && url.pathname === "/account")
  await page.goto(`${issuer}/account/providers`)
  await expect(page.getByText(person.email)).toBeVisible()
  await page.getByRole("button", { name: `Unlink: Elsewhere ${process.pid}` }).click()
  await expect(page.getByText("The account was unlinked.")).toBeVisible()
  expect(user.email).toBe(person.email)
})

test("a request for another sign-in asks for it at the provider too, also of a person who is signed in there - OpenID Connect Core 3.1.2.1", async ({
  page,
  providers,
  site,
}) => {
  const person = await providers.createPerson()
  const { issuer } = providers.server
  const client = await registerClient({ redirectUris: [site.redirectUri] })
  await page.goto(`${issuer}/sign-in`)
  await signInElsewhere(page, providers, person)
  await page.waitForURL((url) => url.origin === issuer && url.pathname === "/")
  for (const parameters of [{ prompt: "login" }, { max_age: "0" }]) {
    await beginAtClient(page, client, parameters, issuer)
    await page.getByRole("button", { name: buttonName }).click()
    await page.waitForURL((url) => url.origin === providers.issuer && url.pathname === "/sign-in")
    await signIn(page, person)
    expect((await backAtClient(page, site)).searchParams.get("code")).not.toBeNull()
  }
})

test("a provider does not sign in to an account that has a second factor, before its owner links it", async ({
  page,
  providers,
}) => {
  const person = await providers.createPerson()
  await addPasskey(await insertUser({ email: person.email, emailVerifiedAt: new Date() }))
  await page.goto(`${providers.server.issuer}/sign-in`)
  await signInElsewhere(page, providers, person)
  await expect(page.getByText("Sign in with your password first")).toBeVisible()
})

for (const { side, here, there, problem } of [
  { side: "the provider", here: true, there: false, problem: "That account has no verified email address." },
  { side: "this server", here: false, there: true, problem: "Sign in with your password first" },
]) {
  test(`an address that ${side} has not verified links nothing`, async ({ page, providers }) => {
    const { issuer } = providers.server
    const person = await providers.createPerson({ verified: there })
    await insertUser({ email: person.email, emailVerifiedAt: here ? new Date() : null })
    await page.goto(`${issuer}/sign-in`)
    await signInElsewhere(page, providers, person)
    await expect(page.getByText(problem)).toBeVisible()
    await page.goto(`${issuer}/account`)
    await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible()
  })
}

test("a signed-in person links an account with any address, and another person cannot link the same one", async ({
  page,
  openContext,
  providers,
}) => {
  const { issuer } = providers.server
  const person = await providers.createPerson({ verified: false })
  const link = async (where: Page) => {
    const user = await insertUser()
    await addBrowserSession(where.context(), user, issuer)
    await where.goto(`${issuer}/account/providers`)
    await where.getByRole("button", { name: `Link Elsewhere ${process.pid}` }).click()
    await where.waitForURL((url) => url.origin === providers.issuer)
    await signIn(where, person)
  }
  await link(page)
  await expect(page.getByText("The account was linked.")).toBeVisible()
  const other = await (await openContext()).newPage()
  await link(other)
  await expect(other.getByText("That account is already linked to another account on this service.")).toBeVisible()
})

/** Follows a sign-in without a real browser, up to the provider's answer. */
async function answerOf(here: TestBrowser, providers: Providers, person: { email: string; password: string }) {
  const body = new URLSearchParams({ provider: providers.id })
  const headers = { Origin: providers.server.issuer, "Sec-Fetch-Site": "same-origin" }
  const sent = await here.fetch("/sign-in/provider/submit", { method: "POST", body, headers })
  const there = new TestBrowser(providers.issuer)
  const asked = locationOf(await there.fetch(locationOf(sent).href))
  const origin = { headers: { Origin: providers.issuer } }
  const signedIn = await postPage(there, `${asked.pathname}${asked.search}`, person, origin)
  return locationOf(await there.fetch(locationOf(signedIn).href))
}

test("an answer of the provider is used only in the browser that asked, once, and unaltered", async ({ providers }) => {
  const person = await providers.createPerson()
  const here = new TestBrowser(providers.server.issuer)
  const answer = await answerOf(here, providers, person)
  expect([...answer.searchParams.keys()].sort()).toEqual(["code", "iss", "state"])
  const refused = async (browser: TestBrowser, url: URL) => {
    const location = locationOf(await browser.fetch(url.href))
    expect(location.pathname).toBe("/sign-in")
    expect(await (await browser.fetch(location.href)).text()).toContain("Signing in with that account didn")
  }
  await refused(new TestBrowser(providers.server.issuer), answer)
  for (const name of ["state", "iss"]) {
    const forged = new URL(answer)
    forged.searchParams.set(name, "https://forged.example")
    const copy = new TestBrowser(providers.server.issuer)
    for (const [cookie, value] of here.cookies) copy.cookies.set(cookie, value)
    await refused(copy, forged)
  }
  expect(locationOf(await here.fetch(answer.href)).pathname).toBe("/")
  expect(locationOf(await here.fetch(answer.href)).pathname).toBe("/sign-in")
})

test("when the person refuses there, or the provider is away, the sign-in page says so", async ({
  page,
  providers,
}) => {
  const { issuer } = providers.server
  await page.goto(`${issuer}/sign-in`)
  await page.getByRole("button", { name: buttonName }).click()
  await page.waitForURL((url) => url.origin === providers.issuer)
  const cookies = await page.context().cookies()
  expect(cookies.some(({ name }) => name.endsWith("-provider"))).toBe(true)
  await page.goto(`${issuer}/sign-in/provider/callback?error=access_denied&state=anything`)
  await expect(page.getByText("Signing in with that account didn't work.")).toBeVisible()
})
