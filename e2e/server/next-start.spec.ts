import { testEnvironment } from "../fixtures/environment"
import { postPage } from "../fixtures/forms"
import { newLogFile } from "../fixtures/instances"
import { backAtClient, beginAtClient, expect, test } from "../fixtures/journey"
import { expectMethodsAnswered, expectSpellingsAnswered } from "../fixtures/methods"
import { highLimits } from "../fixtures/own-server"
import { allow, signIn } from "../fixtures/people"
import { startServer, type TestServer } from "../fixtures/server"
import { expectStateNotLogged } from "../fixtures/state-in-log"
import { insertUser, isActive, readTokens, redeem, registerClient, TestBrowser } from "../fixtures/world"

// `next start`: the same build without this project's server, as on a hosting platform for Next apps.
const start = (env: Record<string, string> = {}) => {
  const { databaseUrl, secret } = testEnvironment()
  return startServer({ databaseUrl, secret, env: { ...highLimits, ...env }, logFile: newLogFile(), plainNext: true })
}

let server: TestServer
test.beforeAll(async () => {
  server = await start()
})
test.afterAll(() => server?.stop())

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? "with scripts" : "without scripts", () => {
    test("under next start sign-in and consent lead back to the client, which gets tokens for its code", async ({
      openContext,
      site,
    }) => {
      const page = await (await openContext({ javaScriptEnabled })).newPage()
      const client = await registerClient({ redirectUris: [site.redirectUri], firstParty: false })
      const user = await insertUser()
      const { codeVerifier } = await beginAtClient(page, client, {}, server.issuer)
      await signIn(page, { ...user, password: "not the password" })
      await expect(page.getByText("The email or password is incorrect.")).toBeVisible()
      await signIn(page, user)
      await allow(page)
      const code = (await backAtClient(page, site)).searchParams.get("code") ?? ""
      const redirect_uri = site.redirectUri
      const baseUrl = server.issuer
      const tokens = await readTokens(await redeem(client, { code, codeVerifier }, { redirect_uri }, { baseUrl }))
      expect(await isActive(tokens.access_token, baseUrl)).toBe(true)
    })
  })
}

test("under next start a client's own X-Forwarded-For does not hide it from the limits of its address", async () => {
  const limited = await start({ SIGN_IN_ATTEMPTS_PER_ADDRESS: "2" })
  const statuses: number[] = []
  for (let i = 0; i < 3; i++) {
    const headers = { Origin: limited.issuer, "X-Forwarded-For": `192.0.2.${i}` }
    const credentials = { email: `unknown-${i}@example.com`, password: "not the password" }
    statuses.push((await postPage(new TestBrowser(limited.issuer), "/sign-in", credentials, { headers })).status)
  }
  // Other tests on this machine may already have reached the limit.
  expect(statuses.at(-1)).toBe(429)
  await limited.stop()
})

test("under next start what does not exist is 404, and a page or a file is 405, for every method, body and Origin", async () => {
  await expectMethodsAnswered({ baseUrl: server.issuer, issuer: server.issuer })
})

test("under next start another spelling of a public document's path is redirected or not found", async () => {
  await expectSpellingsAnswered(server.issuer)
})

test("under next start no log contains a state token", async () => {
  await expectStateNotLogged(new TestBrowser(server.issuer), [server.logFile])
})
