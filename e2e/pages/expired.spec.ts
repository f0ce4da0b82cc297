import { cookieName } from "../fixtures/cookies"
import { expect, test } from "../fixtures/journey"
import { startOwnServer } from "../fixtures/own-server"
import { signIn } from "../fixtures/people"
import type { TestServer } from "../fixtures/server"
import { authorizationParameters, insertUser, makePkce, registerClient } from "../fixtures/world"

let server: TestServer

test.beforeAll(async () => {
  server = await startOwnServer({ STATE_TOKEN_SECONDS: "2" })
})
test.afterAll(() => server?.stop())

test("a sign-in that is not finished in time expires, whether the page is opened or the form is sent", async ({
  page,
  context,
  site,
}) => {
  const client = await registerClient({ redirectUris: [site.redirectUri] })
  const user = await insertUser()
  const startSignIn = () =>
    page.goto(`${server.issuer}/authorize?${authorizationParameters(client, makePkce().codeChallenge)}`)
  const heading = (tab = page) => tab.getByRole("heading", { level: 1 })

  await startSignIn()
  await expect(heading()).toHaveText("Sign in")
  const link = page.url()
  const other = await context.newPage()
  await expect.poll(async () => (await other.goto(link))?.status()).toBe(400)
  await expect(heading(other)).toHaveText("This link has expired")
  await expect(other.getByText("You had 2 seconds to finish signing in.")).toBeVisible()

  await signIn(page, user)
  await expect(heading()).toHaveText("This link has expired")
  expect((await context.cookies()).map(({ name }) => name)).not.toContain(cookieName("session", server.issuer))
  expect(site.answers).toEqual([])

  // The page links to the client, which still gets a response.
  await page.getByRole("link", { name: `Back to ${client.clientName}` }).click()
  await expect(heading()).toHaveText("Back at the client")
  expect(site.answers.map(({ searchParams }) => searchParams.get("error"))).toEqual(["access_denied"])
})
