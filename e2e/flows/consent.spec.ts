import { testEnvironment } from "../fixtures/environment"
import { backAtClient, beginAtClient, expect, test } from "../fixtures/journey"
import { addBrowserSession, allow, deny, signIn } from "../fixtures/people"
import { insertUser, readTokens, redeem, registerClient } from "../fixtures/world"

const question = { name: / wants to access your account$/ }

test("a consent is remembered for the user, the client and the scopes", async ({
  context,
  openContext,
  page,
  site,
}) => {
  const [ada, grace] = [await insertUser(), await insertUser()]
  const metadata = { redirectUris: [site.redirectUri], firstParty: false }
  const [client, another] = [await registerClient(metadata), await registerClient(metadata)]
  await addBrowserSession(context, ada)

  await beginAtClient(page, client, { scope: "openid profile" })
  await allow(page)
  expect((await backAtClient(page, site)).searchParams.get("code")).not.toBeNull()

  await test.step("the same and fewer scopes: not asked", async () => {
    for (const scope of ["openid profile", "openid"]) {
      await beginAtClient(page, client, { scope })
      expect((await backAtClient(page, site)).searchParams.get("code")).not.toBeNull()
    }
  })
  await test.step("more scopes: asked, and without an answer there is no code", async () => {
    await beginAtClient(page, client, { scope: "openid profile email" })
    await expect(page.getByRole("heading", question)).toBeVisible()
    expect(site.answers).toHaveLength(3)
    await allow(page)
    await backAtClient(page, site)
  })
  await test.step("earlier consents are still valid", async () => {
    await beginAtClient(page, client, { scope: "openid email" })
    expect((await backAtClient(page, site)).searchParams.get("code")).not.toBeNull()
    expect(site.answers).toHaveLength(5)
  })
  await test.step("another client: asked", async () => {
    await beginAtClient(page, another, { scope: "openid" })
    await expect(page.getByRole("heading", question)).toBeVisible()
  })
  await test.step("another user: asked", async () => {
    const browser = await openContext()
    await addBrowserSession(browser, grace)
    const tab = await browser.newPage()
    await beginAtClient(tab, client, { scope: "openid" })
    await expect(tab.getByRole("heading", question)).toBeVisible()
  })
  expect(site.answers).toHaveLength(5)
})

test("prompt=consent asks again - OpenID Connect Core 3.1.2.1", async ({ context, page, site }) => {
  const client = await registerClient({ redirectUris: [site.redirectUri], firstParty: false })
  await addBrowserSession(context, await insertUser())
  await beginAtClient(page, client)
  await allow(page)
  await backAtClient(page, site)
  await beginAtClient(page, client, { prompt: "consent" })
  await expect(page.getByRole("heading", question)).toBeVisible()
  await allow(page)
  await backAtClient(page, site)
  expect(site.answers).toHaveLength(2)
})

test("prompt=none returns consent_required without a consent - OpenID Connect Core 3.1.2.6", async ({
  context,
  page,
  site,
}) => {
  const client = await registerClient({ redirectUris: [site.redirectUri], firstParty: false })
  await addBrowserSession(context, await insertUser())
  await beginAtClient(page, client, { prompt: "none" })
  expect((await backAtClient(page, site)).searchParams.get("error")).toBe("consent_required")
})

test("a first-party client needs no consent", async ({ page, site }) => {
  const client = await registerClient({ redirectUris: [site.redirectUri], firstParty: true })
  await beginAtClient(page, client)
  await signIn(page, await insertUser())
  expect((await backAtClient(page, site)).searchParams.get("code")).not.toBeNull()
})

test("Deny returns access_denied to the client, with state and iss, and no consent is stored - RFC 6749 4.1.2.1, RFC 9207 2", async ({
  context,
  page,
  site,
}) => {
  const client = await registerClient({ redirectUris: [site.redirectUri], firstParty: false })
  await addBrowserSession(context, await insertUser())
  await beginAtClient(page, client, { state: "mine" })
  await deny(page)
  const { searchParams } = await backAtClient(page, site)
  expect(Object.fromEntries(searchParams)).toEqual({
    error: "access_denied",
    error_description: expect.any(String),
    state: "mine",
    iss: testEnvironment().issuer,
  })
  await beginAtClient(page, client)
  await expect(page.getByRole("heading", question)).toBeVisible()
})

test("Use another account continues the same request as another user", async ({ context, page, site }) => {
  const [ada, grace] = [await insertUser({ name: "Ada" }), await insertUser({ name: "Grace" })]
  const client = await registerClient({ redirectUris: [site.redirectUri], firstParty: false })
  await addBrowserSession(context, ada)
  const { codeVerifier } = await beginAtClient(page, client)
  await expect(page.getByText(`Signed in as ${ada.email}`)).toBeVisible()
  await page.getByRole("button", { name: "Sign in with another account" }).click()
  await signIn(page, grace)
  await expect(page.getByText(`Signed in as ${grace.email}`)).toBeVisible()
  await allow(page)

  const code = (await backAtClient(page, site)).searchParams.get("code") ?? ""
  const tokens = await readTokens(await redeem(client, { code, codeVerifier }, { redirect_uri: site.redirectUri }))
  const introspection = await fetch(`${testEnvironment().issuer}/introspect`, {
    headers: { Authorization: `Bearer ${tokens.access_token}` },
  })
  expect(await introspection.json()).toMatchObject({ active: true, sub: grace.id })
})

test("Allow is valid only for the user that the page named", async ({ context, page, site }) => {
  const [ada, grace] = [await insertUser(), await insertUser()]
  const client = await registerClient({ redirectUris: [site.redirectUri], firstParty: false })
  await addBrowserSession(context, ada)
  await beginAtClient(page, client)
  await expect(page.getByText(`Signed in as ${ada.email}`)).toBeVisible()
  // In another tab, another user signs in.
  await addBrowserSession(context, grace)
  await allow(page)
  await expect(page.getByText(`Signed in as ${grace.email}`)).toBeVisible()
  expect(site.answers).toEqual([])
})
