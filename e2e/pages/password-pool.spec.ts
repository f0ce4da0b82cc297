import { testEnvironment } from "../fixtures/environment"
import { expectNotSignedIn, expectSignedIn, postForm } from "../fixtures/forms"
import { startInstance } from "../fixtures/instances"
import { highLimits } from "../fixtures/own-server"
import type { TestServer } from "../fixtures/server"
import { expect, insertUser, TestBrowser, test } from "../fixtures/world"

test("while passwords are hashed, the server answers other requests: bcrypt runs off the main thread", async () => {
  const user = await insertUser()
  const { issuer } = testEnvironment()
  const browser = new TestBrowser()
  const html = await (await browser.fetch("/sign-in")).text()
  const events: ("jwks" | "sign-in")[] = []
  const signIns = Array.from({ length: 4 }, async () => {
    expectSignedIn(await postForm(new TestBrowser(), html, { email: user.email, password: user.password }))
    events.push("sign-in")
  })
  const isDone = () => events.filter((event) => event === "sign-in").length === signIns.length
  while (!isDone()) {
    expect((await fetch(`${issuer}/jwks`)).status).toBe(200)
    events.push("jwks")
  }
  await Promise.all(signIns)
  // On the main thread, hashes would follow each other with room for one answer or two between them.
  const between = events.slice(events.indexOf("sign-in"), events.lastIndexOf("sign-in"))
  expect(between.filter((event) => event === "jwks").length).toBeGreaterThan(8)
})

let server: TestServer

test.beforeAll(async () => {
  server = await startInstance({ ...highLimits, PASSWORD_WORKERS: "1", PASSWORD_QUEUE: "1" })
})
test.afterAll(() => server?.stop())

test("an unknown user costs the same work as a wrong password: either fills the pool", async () => {
  const { email } = await insertUser()
  const html = await (await new TestBrowser(server.baseUrl).fetch("/sign-in")).text()
  for (const who of [email, `nobody-${email}`]) {
    const attempt = () => postForm(new TestBrowser(server.baseUrl), html, { email: who, password: "not the password" })
    const responses = await Promise.all(Array.from({ length: 8 }, attempt))
    for (const response of responses) await expectNotSignedIn(response)
    // There is one worker, and room for one to wait. Attempts that did not need the worker would not be in each other's way.
    const surplus = responses.filter(({ status }) => status === 503)
    expect(surplus.length, `sign-ins as ${who} that found the pool full`).toBeGreaterThan(0)
  }
})

test("when more people sign in at once than can wait, the surplus is told so, with 503 and Retry-After", async () => {
  const user = await insertUser()
  const browser = new TestBrowser(server.baseUrl)
  const html = await (await browser.fetch("/sign-in")).text()
  const credentials = { email: user.email, password: user.password }
  const attempt = () => postForm(new TestBrowser(server.baseUrl), html, credentials)
  const responses = await Promise.all(Array.from({ length: 8 }, attempt))

  const surplus = responses.filter(({ status }) => status === 503)
  const accepted = responses.filter((response) => !surplus.includes(response))
  expect(surplus.length).toBeGreaterThan(0)
  expect(accepted.length).toBeGreaterThan(1)
  for (const response of accepted) expectSignedIn(response)
  for (const response of surplus) {
    expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0)
    expect(await expectNotSignedIn(response)).toContain("Your details are fine.")
  }
  // Afterwards there is room again.
  expectSignedIn(await attempt())
})
