import { decodeJwt } from "jose"
import { postPage } from "../fixtures/forms"
import { createOwnWorld, type OwnWorld } from "../fixtures/own-world"
import { query } from "../fixtures/rows"
import type { TestServer } from "../fixtures/server"
import {
  authorizationParameters,
  authorize,
  expect,
  locationOf,
  makePkce,
  postForm,
  readTokens,
  redeem,
  TestBrowser,
  test,
} from "../fixtures/world"
import { FlowPlayer, newCounts } from "./flow-player"
import { faultOptions, seededRandom } from "./options"
import { report } from "./report"

const flows = faultOptions().long ? 100 : 5

/** A setting that moves the clock of a Node process. */
function shiftClock(seconds: number): Record<string, string> {
  const script = `
    const Real = Date
    const now = () => Real.now() + ${seconds * 1000}
    globalThis.Date = class Date extends Real {
      constructor(...values) { if (values.length > 0) super(...values); else super(now()) }
      static now() { return now() }
      static [Symbol.hasInstance](value) { return value instanceof Real }
    }`
  return { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(script)}` }
}

/** Starts an authorization at one instance that asks for a sign-in. */
async function startSignIn(baseUrl: string, { client, user }: OwnWorld) {
  const browser = new TestBrowser(baseUrl)
  const pkce = makePkce()
  const page = locationOf(await authorize(browser, client, pkce, { prompt: "login" }))
  return { browser, page, codeVerifier: pkce.codeVerifier, credentials: { email: user.email, password: user.password } }
}

for (const seconds of [60, -60]) {
  test.describe(`with a clock that is ${seconds} seconds off at one of two instances`, () => {
    let world: OwnWorld
    let right: TestServer
    let wrong: TestServer
    test.beforeAll(async () => {
      world = await createOwnWorld()
      right = await world.start()
      wrong = await world.start(shiftClock(seconds), { port: 0 })
    })
    test.afterAll(async () => {
      await Promise.all([right?.stop(), wrong?.stop()])
      await world?.remove()
    })
    /** Both orders: what one instance stores, the other reads. */
    const orders = () => [[right.baseUrl, wrong.baseUrl] as const, [wrong.baseUrl, right.baseUrl] as const]

    test("flows work across both, and a lost answer can be repeated at the other one", async () => {
      test.setTimeout(60_000 + flows * 2_000)
      const counts = newCounts()
      let sent = 0
      const urls = [right.baseUrl, wrong.baseUrl]
      const player = new FlowPlayer(
        world,
        seededRandom(seconds),
        counts,
        () => undefined,
        () => urls[sent++ % 2] ?? "",
      )
      while (counts.revoke.answered < flows) {
        await player.playOne()
        await player.verify()
      }
      report("clocks a minute apart", { seconds, requests: counts })
    })

    test("a sign-in at one instance is recent enough for a request of the other with prompt=login", async () => {
      for (const [first, second] of orders()) {
        const startedAt = Date.now()
        const { browser, page, credentials } = await startSignIn(first, world)
        const path = `${page.pathname}${page.search}`
        const other = new TestBrowser(second)
        for (const [name, value] of browser.cookies) other.cookies.set(name, value)
        // A difference of up to a second remains.
        await expect.poll(() => Date.now() - startedAt).toBeGreaterThan(1_500)
        const signedIn = await postPage(other, path, credentials, { headers: { Origin: world.issuer } })
        expect(locationOf(signedIn).pathname).toBe("/callback")
        const answer = await other.fetch(new URL(locationOf(signedIn).search, `${first}/callback`).href)
        expect(locationOf(answer).searchParams.get("code"), answer.headers.get("location") ?? "").not.toBeNull()
      }
    })

    test("a pushed request of one instance is valid at the other", async () => {
      for (const [first, second] of orders()) {
        const form = Object.fromEntries(authorizationParameters(world.client, makePkce().codeChallenge))
        const pushed = await (await postForm("/par", world.client, form, { baseUrl: first })).json()
        const query = new URLSearchParams({ client_id: world.client.clientId, request_uri: pushed.request_uri })
        expect(locationOf(await new TestBrowser(second).fetch(`/authorize?${query}`)).pathname).toBe("/sign-in")
      }
    })

    test("nothing is accepted too early or too late", async () => {
      for (const [first, second] of orders()) {
        const { client, databaseUrl } = world
        const at = (fromNow: number) => new Date(Date.now() + fromNow * 1000)
        const change = (sql: string, time: Date, id: string) => query(sql, [time, id], databaseUrl)
        const obtain = async () => {
          const { browser, page, credentials, codeVerifier } = await startSignIn(first, world)
          const headers = { Origin: world.issuer }
          const signedIn = await postPage(browser, `${page.pathname}${page.search}`, credentials, { headers })
          const answer = await browser.fetch(new URL(locationOf(signedIn).search, `${first}/callback`).href)
          return { code: locationOf(answer).searchParams.get("code") ?? "", codeVerifier }
        }
        const refresh = (refresh_token: string) => postForm("/refresh", client, { refresh_token }, { baseUrl: second })
        const setExpiry = `UPDATE "AuthCode" SET "expiresAt" = ? WHERE "sessionId" = ?`
        const setRotation = `UPDATE "Session" SET "rotatedAt" = ? WHERE "id" = ?`
        const idOf = (token: string) => token.split(".")[0] ?? ""

        const expired = await obtain()
        await change(setExpiry, at(-2), idOf(expired.code))
        expect((await redeem(client, expired, {}, { baseUrl: second })).status).toBe(400)

        const valid = await obtain()
        await change(setExpiry, at(5), idOf(valid.code))
        const tokens = await readTokens(await redeem(client, valid, {}, { baseUrl: second }))
        const { iat = 0, exp = 0 } = decodeJwt(tokens.access_token)
        expect(Math.abs(iat - Date.now() / 1000)).toBeLessThan(5)
        expect(exp - iat).toBe(600)

        expect((await refresh(tokens.refresh_token)).status).toBe(200)
        await change(setRotation, at(-5), idOf(valid.code))
        expect((await refresh(tokens.refresh_token)).status, "a retry after five seconds").toBe(200)
        await change(setRotation, at(-12), idOf(valid.code))
        expect((await refresh(tokens.refresh_token)).status, "a replay after twelve seconds").toBe(400)
      }
    })
  })
}
