import { expect, test } from "vitest"
import { describeOnEachDatabase } from "@/lib/testing/database"
import { storeClient, storeSession, storeStartedSession, storeUser } from "@/lib/testing/rows"
import { inMinutes } from "@/lib/testing/times"
import { findBrowserSession, insertBrowserSession } from "./browser-sessions"
import { type ClientSource, findClient } from "./clients"
import { addConsent } from "./consents"
import { database } from "./database"
import { insertOperatorTicket } from "./operator-sessions"
import { findAuthCode, findSession, revokeSession, startSession } from "./sessions"
import { sweepBatch } from "./sweep"
import { consumeJwt } from "./used-jwts"

const now = inMinutes(0)
const nothing = {
  sessions: 0,
  browserSessions: 0,
  operatorSessions: 0,
  signInLimits: 0,
  usedJwts: 0,
  deviceCodes: 0,
  emailLinks: 0,
  mail: 0,
  auditEvents: 0,
  clients: 0,
}

describeOnEachDatabase("the sweep", () => {
  test("deletes nothing from an empty database", async () => {
    expect(await sweepBatch(now, now, now, 10)).toEqual(nothing)
  })

  test("deletes a Session past its idle or absolute end with its code, and keeps every other", async () => {
    const owner = { user: await storeUser(), client: await storeClient() }
    const ended = [
      await storeSession(owner, { expiresAt: inMinutes(-1) }),
      await storeStartedSession(owner, { idleExpiresAt: inMinutes(-1) }),
      await storeStartedSession(owner, { idleExpiresAt: inMinutes(-5), expiresAt: inMinutes(-1) }),
    ]
    const revoked = await storeStartedSession(owner)
    await revokeSession(revoked, "code_replayed", now, {})
    // The code has expired, but a replay must still be detected.
    const oldCode = await storeSession(owner, { expiresAt: inMinutes(-30) })
    const facts = { refreshTokenHash: null, startedAt: now, idleExpiresAt: inMinutes(60), expiresAt: inMinutes(60) }
    await startSession(oldCode.id, facts)
    const kept = [revoked, oldCode, await storeStartedSession(owner), await storeSession(owner)]

    expect(await sweepBatch(now, now, now, 10)).toEqual({ ...nothing, sessions: 3 })
    for (const { id, code } of ended) {
      expect(await findSession(id)).toBeNull()
      expect(await findAuthCode(id, code.codeHash)).toBeNull()
    }
    for (const { id, code } of kept) {
      expect(await findSession(id)).not.toBeNull()
      expect(await findAuthCode(id, code.codeHash)).not.toBeNull()
    }
    expect(await sweepBatch(now, now, now, 10)).toEqual(nothing)
  })

  test("deletes expired browser sessions, operator tickets, counts of failed sign-ins and used JWTs", async () => {
    const user = await storeUser()
    const db = await database()
    for (const minutes of [-1, 0, 1]) {
      const facts = { authenticatedAt: now, expiresAt: inMinutes(minutes), previousTokenHash: null }
      await insertBrowserSession(user.id, { tokenHash: `at ${minutes}`, ...facts })
      await consumeJwt(`at ${minutes}`, inMinutes(minutes))
      await insertOperatorTicket(`at ${minutes}`, inMinutes(minutes))
      await db.signInLimit.create({ data: { key: `at ${minutes}`, points: 1, expire: inMinutes(minutes).getTime() } })
    }
    expect(await sweepBatch(now, now, now, 10)).toEqual({
      ...nothing,
      browserSessions: 1,
      operatorSessions: 1,
      signInLimits: 1,
      usedJwts: 1,
    })
    expect(await findBrowserSession("at -1")).toBeNull()
    expect(await findBrowserSession("at 0")).not.toBeNull()
    expect(await db.operatorSession.count()).toBe(2)
    expect((await db.signInLimit.findMany({ orderBy: { key: "asc" } })).map(({ key }) => key)).toEqual(["at 0", "at 1"])
  })

  test("deletes clients that registered themselves and that no one used, after their time", async () => {
    const client = (source: ClientSource) => storeClient({ source })
    const [unused, consented, used] = [await client("open"), await client("open"), await client("open")]
    const others = [await client("operator"), await client("token"), await client("document")]
    const user = await storeUser()
    const consent = { userId: user.id, clientId: consented.clientId, scope: ["openid"], resource: [], grantedAt: now }
    await addConsent(consent, {})
    await storeStartedSession({ user, client: used })
    expect(await sweepBatch(now, inMinutes(-5), now, 10)).toEqual(nothing)
    expect(await sweepBatch(now, inMinutes(5), now, 10)).toEqual({ ...nothing, clients: 1 })
    expect(await findClient(unused.clientId)).toBeNull()
    for (const { clientId } of [consented, used, ...others]) expect(await findClient(clientId)).not.toBeNull()
  })

  test("deletes at most one batch of each kind at a time", async () => {
    const owner = { user: await storeUser(), client: await storeClient() }
    for (let i = 0; i < 5; i++) await storeSession(owner, { expiresAt: inMinutes(-1) })
    const counts = []
    for (let i = 0; i < 4; i++) counts.push((await sweepBatch(now, now, now, 2)).sessions)
    expect(counts).toEqual([2, 2, 1, 0])
  })
})
