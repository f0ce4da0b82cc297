import { randomBytes } from "node:crypto"
import { en } from "@/lib/i18n/messages/en"
import { expectFormAgain, expectNotSignedIn, expectSignedIn, postForm, postPage } from "../fixtures/forms"
import { startInstance } from "../fixtures/instances"
import { expect, test } from "../fixtures/journey"
import { startOwnServer } from "../fixtures/own-server"
import { signIn } from "../fixtures/people"
import { query } from "../fixtures/rows"
import type { TestServer } from "../fixtures/server"
import { insertUser, locationOf, registerClient, TestBrowser } from "../fixtures/world"

// Two servers on one database, behind a proxy, so that each test can have network addresses of its own.
const perAccount = 2
const perAddress = 4
const env = {
  TRUSTED_PROXIES: "1",
  SIGN_IN_ATTEMPTS_PER_ACCOUNT: String(perAccount),
  SIGN_IN_ATTEMPTS_PER_ADDRESS: String(perAddress),
  SIGN_IN_WINDOW_SECONDS: "600",
}
let servers: TestServer[] = []

test.beforeAll(async () => {
  servers = [await startInstance(env), await startInstance(env)]
})
test.afterAll(() => Promise.all(servers.map((server) => server.stop())))

const unique = () => randomBytes(6).toString("hex")
/** An address in an IPv6 /64 of its own: the first four groups. */
const newAddress = () => `2001:${unique().replace(/(.{4})(?!$)/g, "$1:")}::1`

/** Sends the sign-in form from a network address, to one of the two servers. */
function attempt(
  address: string,
  email: string,
  password: string,
  server = 0,
  browser = new TestBrowser(servers[server]?.baseUrl),
): Promise<Response> {
  return postPage(browser, "/sign-in", { email, password }, { headers: { "X-Forwarded-For": address } })
}

async function fail(address: string, email: string, times: number, server = 0): Promise<void> {
  for (let i = 0; i < times; i++) {
    const browser = new TestBrowser(servers[server]?.baseUrl)
    const response = await attempt(address, email, "not the password", server, browser)
    expect(await expectFormAgain(browser, response), `attempt ${i + 1}`).toContain(
      "The email or password is incorrect.",
    )
  }
}

/** Asserts that the answer is the page with 429 and Retry-After, and does not sign the browser in. */
async function expectTooMany(response: Response, title = "Too many failed sign-in attempts"): Promise<void> {
  const html = await expectNotSignedIn(response)
  expect(response.status).toBe(429)
  const seconds = Number(response.headers.get("retry-after"))
  expect(seconds).toBeGreaterThan(0)
  expect(seconds).toBeLessThanOrEqual(600)
  expect(response.headers.get("cache-control")).toBe("no-store")
  expect(html).toContain(title)
}

test("after too many failures the account's right password is refused too, and other accounts go on", async () => {
  const [user, other] = [await insertUser(), await insertUser()]
  const address = newAddress()
  await fail(address, user.email, perAccount)
  await expectTooMany(await attempt(address, user.email, user.password))
  expectSignedIn(await attempt(address, other.email, other.password))
  // The account is limited, whatever the address of the attempts.
  for (const email of [user.email, user.email.toUpperCase()])
    await expectTooMany(await attempt(newAddress(), email, user.password))
})

test("an account that does not exist is limited as one that does", async () => {
  const address = newAddress()
  const unknown = `unknown-${unique()}@example.com`
  await fail(address, unknown, perAccount)
  await expectTooMany(await attempt(address, unknown, "not the password"))
})

test("after too many failures an address is refused for every account, and other addresses go on", async () => {
  const [one, two, three] = [await insertUser(), await insertUser(), await insertUser()]
  const address = newAddress()
  await fail(address, one.email, perAddress / 2)
  await fail(address, two.email, perAddress / 2)
  await expectTooMany(await attempt(address, three.email, three.password))
  expectSignedIn(await attempt(newAddress(), three.email, three.password))
})

test("the addresses of one IPv6 /64 are counted together", async () => {
  const [one, two, three] = [await insertUser(), await insertUser(), await insertUser()]
  const network = newAddress().slice(0, -1)
  await fail(`${network}a`, one.email, perAddress / 2)
  await fail(`${network}b:c:d`, two.email, perAddress / 2)
  await expectTooMany(await attempt(`${network}f`, three.email, three.password))
})

test("the limits are shared by two servers on one database", async () => {
  const user = await insertUser()
  for (const server of [0, 1]) await fail(newAddress(), user.email, 1, server)
  for (const server of [0, 1]) await expectTooMany(await attempt(newAddress(), user.email, user.password, server))
})

test("simultaneous attempts are counted like successive ones", async () => {
  const user = await insertUser()
  const browser = new TestBrowser(servers[0]?.baseUrl)
  const html = await (await browser.fetch("/sign-in")).text()
  const responses = await Promise.all(
    Array.from({ length: 8 }, () => {
      const headers = { "X-Forwarded-For": newAddress() }
      return postForm(browser, html, { email: user.email, password: "not the password" }, { headers })
    }),
  )
  expect(responses.filter(({ status }) => status === 303)).toHaveLength(perAccount)
  expect(responses.filter(({ status }) => status === 429)).toHaveLength(8 - perAccount)
})

test("a successful sign-in resets the count of the account", async () => {
  const user = await insertUser()
  const address = newAddress()
  for (let i = 1; i <= perAddress; i++) {
    await fail(address, user.email, perAccount - 1)
    // The address has its own count, which one account's success does not clear: otherwise one account would lift the limit.
    if (i < perAddress) expectSignedIn(await attempt(address, user.email, user.password))
  }
  await expectTooMany(await attempt(address, user.email, user.password))
  expectSignedIn(await attempt(newAddress(), user.email, user.password))
})

test("when the window has passed the right password works again", async () => {
  const user = await insertUser()
  const before = new Set((await query("SELECT key FROM sign_in_limit")).map(({ key }) => key))
  await fail(newAddress(), user.email, perAccount)
  await expectTooMany(await attempt(newAddress(), user.email, user.password))
  const added = (await query("SELECT key FROM sign_in_limit")).filter(({ key }) => !before.has(key))
  for (const { key } of added) await query("UPDATE sign_in_limit SET expire = 1 WHERE key = ?", [String(key)])
  expectSignedIn(await attempt(newAddress(), user.email, user.password))
})

test("signing up is limited by address, so that no one can find out who has an account", async () => {
  const taken = await insertUser()
  const address = newAddress()
  const browser = new TestBrowser(servers[0]?.baseUrl)
  const signUp = () => {
    const facts = { email: taken.email, password: "an engine of many wheels" }
    return postPage(browser, "/sign-up", facts, { headers: { "X-Forwarded-For": address } })
  }
  for (let i = 0; i < perAddress; i++) {
    expect(await expectFormAgain(browser, await signUp())).toContain(en.problems.emailTaken)
  }
  await expectTooMany(await signUp(), "Too many attempts")
  // The account is not limited by what strangers do with its address in the sign-up form.
  expectSignedIn(await attempt(newAddress(), taken.email, taken.password))
})

test("the limits' table holds no email address", async () => {
  const user = await insertUser()
  await fail(newAddress(), user.email, 1)
  const rows = await query("SELECT key FROM sign_in_limit")
  expect(rows.length).toBeGreaterThan(0)
  expect(rows.map(({ key }) => String(key)).join()).not.toContain(user.email.split("@")[0])
})

test("the page shows when to try again, and a link back to the same sign-in", async ({ page, site }) => {
  const server = await startOwnServer(env)
  await page.setExtraHTTPHeaders({ "X-Forwarded-For": newAddress() })
  const user = await insertUser()
  const client = await registerClient({ clientName: "Holiday planner", redirectUris: [site.redirectUri] })
  const browser = new TestBrowser(server.baseUrl)
  await fail(newAddress(), user.email, perAccount)

  const started = await browser.fetch(
    `/authorize?${new URLSearchParams({
      client_id: client.clientId,
      redirect_uri: site.redirectUri,
      response_type: "code",
      scope: "openid",
      code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
      code_challenge_method: "S256",
    })}`,
  )
  await page.context().addCookies([...browser.cookies].map(([name, value]) => ({ name, value, url: server.baseUrl })))
  await page.goto(locationOf(started).href)
  await signIn(page, user)
  await expect(page.getByRole("heading", { name: "Too many failed sign-in attempts" })).toBeVisible()
  await expect(page.getByText("Try again in 10 minutes.")).toBeVisible()
  await page.getByRole("link", { name: "Back to sign in" }).click()
  await expect(page.getByText("to continue to Holiday planner")).toBeVisible()
  await server.stop()
})
