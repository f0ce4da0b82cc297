import { expectErrorRedirect, readFormPost } from "../fixtures/authorization"
import { testEnvironment } from "../fixtures/environment"
import { backAtClient, beginAtClient, type ClientSite, expect, test } from "../fixtures/journey"
import { addBrowserSession, allow, deny, signIn } from "../fixtures/people"
import { remember } from "../fixtures/secrets"
import { authorize, insertUser, makePkce, openBrowser, readTokens, redeem, registerClient } from "../fixtures/world"

const formPost = { response_mode: "form_post" }
/** A client of the site whose consent page is shown. */
const registerAt = ({ redirectUri }: ClientSite) =>
  registerClient({ firstParty: false, redirectUris: [`${redirectUri}?tenant=1`] })

test("after sign-in and consent, the browser posts the code to the client - OAuth 2.0 Form Post Response Mode 2", async ({
  page,
  site,
}) => {
  const client = await registerAt(site)
  const user = await insertUser()
  const state = `"quotes' <b>&amp; \u00e9 ${"x".repeat(200)}`
  const { codeVerifier } = await beginAtClient(page, client, { ...formPost, state })
  await signIn(page, user)
  await allow(page)
  expect((await backAtClient(page, site)).search).toBe("?tenant=1")
  const [form, ...others] = site.forms
  const { code = "", ...rest } = Object.fromEntries(form ?? [])
  remember(code)
  expect(others).toEqual([])
  expect(rest).toEqual({ state, iss: testEnvironment().issuer })
  const redirectUri = client.redirectUris[0]
  const tokens = await readTokens(await redeem(client, { code, codeVerifier }, { redirect_uri: redirectUri }))
  expect(tokens.token_type).toBe("Bearer")
})

test("an error is posted too, and the way back works without scripts - OAuth 2.0 Form Post Response Mode 2", async ({
  openContext,
  site,
}) => {
  const client = await registerAt(site)
  const context = await openContext({ javaScriptEnabled: false })
  await addBrowserSession(context, await insertUser())
  const page = await context.newPage()
  await beginAtClient(page, client, formPost)
  await deny(page)
  await page.getByRole("button", { name: "Continue" }).click()
  await backAtClient(page, site)
  expect(Object.fromEntries(site.forms[0] ?? [])).toEqual({
    error: "access_denied",
    error_description: "The user denied the request.",
    state: "the-client-s-state",
    iss: testEnvironment().issuer,
  })
})

test("the page that posts the response is not cached, and shows nothing else - OAuth 2.0 Form Post Response Mode 4", async () => {
  const client = await registerClient()
  const browser = await openBrowser(await insertUser())
  const response = await authorize(browser, client, makePkce(), formPost)
  expect(response.status).toBe(200)
  expect(response.headers.get("cache-control")).toBe("no-store")
  expect(response.headers.get("content-security-policy")).toMatch(/default-src 'none'.*frame-ancestors 'none'/)
  const { action, fields } = readFormPost(await response.text())
  expect(action).toBe(client.redirectUris[0])
  expect(Object.keys(fields)).toEqual(["code", "state", "iss"])
})

test("a form cannot be posted to an app's own scheme - OAuth 2.0 Form Post Response Mode 2", async () => {
  const app = "com.example.app:/callback"
  const client = await registerClient({ redirectUris: [app] })
  const browser = await openBrowser(await insertUser())
  const toApp = await authorize(browser, client, makePkce(), { ...formPost, redirect_uri: app })
  expectErrorRedirect(toApp, "invalid_request", { to: app })
})
