import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { text } from "node:stream/consumers"
import { decodeJwt } from "jose"
import { cookieName } from "../fixtures/cookies"
import { createOwnWorld } from "../fixtures/own-world"
import { query } from "../fixtures/rows"
import { remember } from "../fixtures/secrets"
import {
  authorize,
  expect,
  locationOf,
  makePkce,
  readTokens,
  redeem,
  registerClient,
  TestBrowser,
  test,
} from "../fixtures/world"

test("a client gets its logout token although the server was killed while it sent it - Back-Channel Logout 2.5", async () => {
  const world = await createOwnWorld()
  const received: string[] = []
  let answers = false
  const receiver = createServer(async (request, response) => {
    received.push(remember(new URLSearchParams(await text(request)).get("logout_token") ?? ""))
    if (answers) response.end()
  })
  await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve))
  const { port } = receiver.address() as AddressInfo
  let server = await world.start()
  try {
    const client = await world.use(() =>
      registerClient({ backchannelLogoutUri: `http://127.0.0.1:${port}/logout`, scope: "openid" }),
    )
    const browser = new TestBrowser(server.baseUrl)
    browser.cookies.set(cookieName("session", world.issuer), world.browserSession)
    const pkce = makePkce()
    const code = remember(locationOf(await authorize(browser, client, pkce)).searchParams.get("code") ?? "")
    const tokens = await readTokens(await redeem(client, { code, ...pkce }, {}, { baseUrl: server.baseUrl }))
    await browser.fetch(`/end-session?id_token_hint=${tokens.id_token}`)
    await expect.poll(() => received.length).toBe(1)
    await server.kill()

    answers = true
    // As if the time until the next attempt had passed.
    await query(`UPDATE "LogoutNotification" SET "nextAttemptAt" = ?`, [new Date(0)], world.databaseUrl)
    server = await world.start()
    // The server looks for due ones every five seconds.
    await expect.poll(() => received.length, { timeout: 30_000 }).toBe(2)
    const { sid, jti } = decodeJwt(received[0] ?? "")
    expect(decodeJwt(received[1] ?? "")).toMatchObject({ sid, aud: client.clientId, sub: world.user.id })
    expect(decodeJwt(received[1] ?? "").jti).not.toBe(jti)
    await expect
      .poll(async () => (await query(`SELECT 1 FROM "LogoutNotification"`, [], world.databaseUrl)).length)
      .toBe(0)
  } finally {
    await server.stop()
    receiver.closeAllConnections()
    receiver.close()
    await world.remove()
  }
})
