import { expectNotSignedIn, expectSignedIn, postForm } from "../fixtures/forms"
import { startInstance } from "../fixtures/instances"
import { highLimits } from "../fixtures/own-server"
import type { TestServer } from "../fixtures/server"
import { expect, insertUser, TestBrowser, test } from "../fixtures/world"

let server: TestServer

test.beforeAll(async () => {
  server = await startInstance({ ...highLimits, PASSWORD_WORKERS: "1", PASSWORD_QUEUE: "1" })
})
test.afterAll(() => server?.stop())

test("while passwords are hashed, the server answers other requests: bcrypt runs off the main thread", async () => {
  const user = await insertUser()
  const html = await (await new TestBrowser(server.baseUrl).fetch("/sign-in")).text()
  const credentials = { email: user.email, password: user.password }
  // There is one worker, so it hashes them one after the other.
  const signIns = Array.from({ length: 2 }, () => postForm(new TestBrowser(server.baseUrl), html, credentials))
  const both = Promise.all(signIns).then((responses) => responses.forEach(expectSignedIn))
  let done = false
  both.then(() => (done = true))
  await Promise.race(signIns)
  // On the main thread, the second hash would leave no room for answers.
  for (let i = 0; i < 8; i++) expect((await fetch(`${server.baseUrl}/jwks`)).status).toBe(200)
  expect(done).toBe(false)
  await both
})

test("an unknown user costs the same work as a wrong password: either fills the pool", async () => {
  const { email } = await insertUser()
  const html = await (await new TestBrowser(server.baseUrl).fetch("/sign-in")).text()
  for (const who of [email, `unknown-${email}`]) {
    const attempt = () => postForm(new TestBrowser(server.baseUrl), html, { email: who, password: "not the password" })
    const responses = await Promise.all(Array.from({ length: 8 }, attempt))
    for (const response of responses) await expectNotSignedIn(response)
    // There is one worker, and one place in the queue. Attempts that need no worker would all be answered.
    const surplus = responses.filter(({ status }) => status === 503)
    expect(surplus.length, `sign-ins as ${who} that found the pool full`).toBeGreaterThan(0)
  }
})

test("sign-ins beyond the queue are refused with 503 and Retry-After", async () => {
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
    expect(await expectNotSignedIn(response)).toContain("The problem is on our side.")
  }
  // Afterwards there is room again.
  expectSignedIn(await attempt())
})
