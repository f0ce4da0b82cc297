import { testEnvironment } from "../fixtures/environment"
import { backAtClient, beginAtClient, expect, test } from "../fixtures/journey"
import { addBrowserSession, allow, signIn } from "../fixtures/people"
import { insertUser, isActive, readTokens, redeem, registerClient } from "../fixtures/world"

test.describe("one request gets one response", () => {
  test("Allow after Back gives another code, and the first one remains valid", async ({ context, page, site }) => {
    const client = await registerClient({ redirectUris: [site.redirectUri], firstParty: false })
    await addBrowserSession(context, await insertUser())
    const { codeVerifier } = await beginAtClient(page, client)
    await allow(page)
    await backAtClient(page, site)
    await page.goBack()
    await allow(page)
    await backAtClient(page, site)
    const codes = site.answers.map(({ searchParams }) => searchParams.get("code") ?? "")
    expect(new Set(codes).size).toBe(2)
    const redirect_uri = site.redirectUri
    const tokens = await Promise.all(
      codes.map(async (code) => readTokens(await redeem(client, { code, codeVerifier }, { redirect_uri }))),
    )
    for (const { access_token } of tokens) expect(await isActive(access_token)).toBe(true)
  })

  test("a form that is sent twice gives one code", async ({ openContext, site }) => {
    const client = await registerClient({ redirectUris: [site.redirectUri], firstParty: false })
    const user = await insertUser()
    const page = await (await openContext()).newPage()
    const { codeVerifier } = await beginAtClient(page, client)
    await page.getByLabel("Email").fill(user.email)
    await page.getByLabel("Password", { exact: true }).fill(user.password)
    await page.getByRole("button", { name: "Sign in" }).dblclick()
    await page.getByRole("button", { name: "Allow" }).dblclick()
    const code = (await backAtClient(page, site)).searchParams.get("code") ?? ""
    expect(site.answers).toHaveLength(1)
    await readTokens(await redeem(client, { code, codeVerifier }, { redirect_uri: site.redirectUri }))
  })

  test("a callback link that is opened again shows that it was used", async ({ context, page, site }) => {
    const client = await registerClient({ redirectUris: [site.redirectUri] })
    const callback = context.waitForEvent("request", (request) => request.url().includes("/callback?state="))
    await beginAtClient(page, client)
    await signIn(page, await insertUser())
    const link = (await callback).url()
    await backAtClient(page, site)

    const response = await page.goto(link)
    expect(response?.status()).toBe(400)
    await expect(page.getByRole("heading", { name: "This link was already used" })).toBeVisible()
    await expect(page.getByText("You may already be signed in")).toBeVisible()
    expect(site.answers).toHaveLength(1)
  })
})

test("two requests in two tabs of one browser get one response each", async ({ context, page, site }) => {
  const client = await registerClient({ redirectUris: [site.redirectUri] })
  const user = await insertUser()
  const other = await context.newPage()
  const pkces = [
    await beginAtClient(page, client, { state: "first" }),
    await beginAtClient(other, client, { state: "second" }),
  ]
  // The tab that was opened last is finished first.
  for (const tab of [other, page]) {
    await signIn(tab, user)
    await backAtClient(tab, site)
  }
  expect(site.answers.map(({ searchParams }) => searchParams.get("state"))).toEqual(["second", "first"])
  for (const [i, tab] of [page, other].entries()) {
    const code = new URL(tab.url()).searchParams.get("code") ?? ""
    const codeVerifier = pkces[i]?.codeVerifier ?? ""
    await readTokens(await redeem(client, { code, codeVerifier }, { redirect_uri: site.redirectUri }))
  }
})

test("a state token is refused in another browser, and remains valid in its own", async ({
  openContext,
  page,
  site,
}) => {
  const client = await registerClient({ redirectUris: [site.redirectUri] })
  const [ada, mallory] = [await insertUser(), await insertUser()]
  await beginAtClient(page, client)
  const link = page.url()

  const stranger = await openContext()
  await addBrowserSession(stranger, mallory)
  const tab = await stranger.newPage()
  const { search } = new URL(link)
  for (const path of ["/sign-in", "/sign-up", "/consent", "/callback"]) {
    const response = await tab.goto(`${testEnvironment().issuer}${path}${search}`)
    expect(response?.status()).toBe(400)
    await expect(tab.getByRole("heading", { name: "This link belongs to another browser" })).toBeVisible()
    const back = tab.getByRole("link", { name: `Back to ${client.clientName}` })
    await expect(back).toHaveAttribute("href", `${site.origin}/`)
  }
  expect(site.answers).toEqual([])

  await signIn(page, ada)
  expect((await backAtClient(page, site)).searchParams.get("code")).not.toBeNull()
})
