import http from "node:http"
import type { AddressInfo } from "node:net"
import { text } from "node:stream/consumers"
import { decodeJwt, decodeProtectedHeader } from "jose"
import { afterAll, beforeAll, expect, test } from "vitest"
import { listDueNotifications } from "@/lib/data/logout-notifications"
import { findSession, insertAuthCode, startSession } from "@/lib/data/sessions"
import { setUserDisabled, type User } from "@/lib/data/users"
import { ensureSigningKeys } from "@/lib/keys/signing-keys"
import { hashToken } from "@/lib/protocol/random"
import { endBrowserSession, startBrowserSession } from "@/lib/sessions/browser-sessions"
import { describeOnEachDatabase } from "@/lib/testing/database"
import { makeSession, storeClient, storeUser } from "@/lib/testing/rows"
import { inMinutes } from "@/lib/testing/times"
import { sendDueNotifications } from "./logout-notifications"
import { signOutBrowser } from "./sign-out"

/** The client's server: it keeps the logout tokens, and answers with `status`. */
const received: string[] = []
let status = 200
let uri = ""
const server = http.createServer(async (request, response) => {
  received.push(new URLSearchParams(await text(request)).get("logout_token") ?? "")
  response.writeHead(status, { Location: "/elsewhere" }).end()
})
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  uri = `http://127.0.0.1:${(server.address() as AddressInfo).port}/logout`
})
afterAll(() => server.close())

/** A Session of a new client, authorized in a BrowserSession of the user. */
async function startIn(token: string, user: User, { scope = ["openid"], notified = true, started = true } = {}) {
  const client = await storeClient({ backchannelLogoutUri: notified ? uri : null })
  const [session, code, now] = makeSession({ user, client })
  await insertAuthCode({ ...session, scope, browserSession: hashToken(token) }, code, now)
  const ends = { startedAt: now, idleExpiresAt: inMinutes(60), expiresAt: inMinutes(60) }
  if (started) await startSession(session.id, { refreshTokenHash: "hash", ...ends })
  return { client, user, sid: session.id }
}

async function signIn(user?: User) {
  const signedIn = user ?? (await storeUser())
  return { user: signedIn, token: (await startBrowserSession(signedIn.id, null)).token }
}

/** The time in some minutes from this call on. `inMinutes` counts from the start of the process, which may be long ago. */
const fromNow = (minutes: number) => new Date(Date.now() + minutes * 60_000)

const sendAt = async (minutes: number) => {
  received.length = 0
  await sendDueNotifications(fromNow(minutes))
  return [...received]
}

describeOnEachDatabase("a sign-out", () => {
  beforeAll(() => ensureSigningKeys())

  test("sends a logout token for each Session of this browser whose client has a backchannel_logout_uri", async () => {
    const { user, token } = await signIn()
    const elsewhere = await signIn(user)
    const { client, sid } = await startIn(token, user)
    await startIn(elsewhere.token, user)
    await startIn(token, user, { notified: false })
    await startIn(token, user, { started: false })
    await endBrowserSession(token, {})
    const [logoutToken = "", ...others] = await sendAt(1)
    expect(others).toEqual([])
    expect(decodeProtectedHeader(logoutToken)).toMatchObject({ alg: "RS256", typ: "logout+jwt" })
    const iat = expect.any(Number)
    const events = { "http://schemas.openid.net/event/backchannel-logout": {} }
    const iss = "https://login.example.com"
    const expected = { iss, sub: user.id, aud: client.clientId, iat, exp: iat, jti: expect.any(String), sid, events }
    expect(decodeJwt(logoutToken)).toEqual(expected)
    expect(await sendAt(60)).toEqual([])
  })

  test("ends the Sessions of this browser that have no offline_access", async () => {
    const { user, token } = await signIn()
    const elsewhere = await signIn(user)
    const ended = await startIn(token, user)
    const kept = [
      await startIn(token, user, { scope: ["openid", "offline_access"] }),
      await startIn(elsewhere.token, user),
    ]
    await endBrowserSession(token, {})
    expect(await findSession(ended.sid)).toMatchObject({ revokedReason: "signed_out" })
    for (const { sid } of kept) expect(await findSession(sid)).toMatchObject({ revokedAt: null })
    await sendAt(1)
  })

  test("another sign-in of the same user in this browser keeps its Sessions", async () => {
    const { user, token } = await signIn()
    const { sid } = await startIn(token, user)
    const again = await startBrowserSession(user.id, token)
    expect(await findSession(sid)).toMatchObject({ revokedAt: null })
    await endBrowserSession(again.token, {})
    expect((await sendAt(1)).map((logoutToken) => decodeJwt(logoutToken).sid)).toEqual([sid])
  })

  test("notifies the clients although another sign-in of this browser cannot be ended", async () => {
    const { user, token } = await signIn()
    const { sid } = await startIn(token, user)
    received.length = 0
    const broken = Symbol() as never
    await expect(signOutBrowser([token, broken], {})).rejects.toThrow(TypeError)
    await expect.poll(() => listDueNotifications(inMinutes(24 * 60), 10), { timeout: 4_000 }).toEqual([])
    expect(received.map((logoutToken) => decodeJwt(logoutToken).sid)).toEqual([sid])
  })

  test("a disabled user's clients are notified, in every browser", async () => {
    const { user, token } = await signIn()
    const sids = [(await startIn(token, user)).sid, (await startIn((await signIn(user)).token, user)).sid]
    await setUserDisabled(user.id, inMinutes(0))
    expect((await sendAt(1)).map((logoutToken) => decodeJwt(logoutToken).sid).sort()).toEqual(sids.sort())
  })

  test.each([500, 400, 302])(
    "a status of %d is retried later, with a new token and growing pauses, and given up",
    async (code) => {
      const { user, token } = await signIn()
      await startIn(token, user)
      await endBrowserSession(token, {})
      status = code
      try {
        const first = await sendAt(1)
        expect(first).toHaveLength(1)
        expect(await sendAt(1.1)).toEqual([])
        const second = await sendAt(2)
        expect(second).toHaveLength(1)
        expect(decodeJwt(second[0] ?? "").jti).not.toBe(decodeJwt(first[0] ?? "").jti)
        let attempts = 2
        for (let day = 1; day <= 20; day++) attempts += (await sendAt(day * 24 * 60)).length
        expect(attempts).toBe(8)
      } finally {
        status = 200
      }
      expect(await sendAt(60 * 24 * 60)).toEqual([])
    },
  )

  test("each attempt is made once, whatever the number of instances", async () => {
    const { user, token } = await signIn()
    await startIn(token, user)
    await endBrowserSession(token, {})
    received.length = 0
    await Promise.all(Array.from({ length: 5 }, () => sendDueNotifications(fromNow(1))))
    expect(received).toHaveLength(1)
  })
})
