import { beforeAll, describe, expect, test } from "vitest"
import { generateId, generateToken, hashToken } from "@/lib/protocol/random"
import { describeOnEachDatabase } from "@/lib/testing/database"
import { countTrue } from "@/lib/testing/parallel"
import {
  makeSession,
  storeBrowserSession,
  storeClient,
  storeSession,
  storeStartedSession,
  storeUser,
} from "@/lib/testing/rows"
import { inMinutes } from "@/lib/testing/times"
import { deleteBrowserSession } from "./browser-sessions"
import type { Client } from "./clients"
import { disconnectApp } from "./connected-apps"
import { addConsent } from "./consents"
import { database } from "./database"
import {
  findAuthCode,
  findSession,
  findSessionWithUser,
  insertAuthCode,
  listSessions,
  revokeSession,
  startSession,
} from "./sessions"
import type { User } from "./users"

const newHash = () => hashToken(generateToken())

describeOnEachDatabase("session data", () => {
  let owner: { user: User; client: Client }
  beforeAll(async () => {
    owner = { user: await storeUser(), client: await storeClient() }
  })

  describe("an auth code", () => {
    test("is stored with its Session, which has not started, and found with that and its User", async () => {
      const [session, code, now] = makeSession(owner)
      const full = {
        ...session,
        scope: ["openid", "email"],
        resource: ["https://a.example/"],
        nonce: "n",
        claims: "{}",
        browserSession: await storeBrowserSession(owner.user),
        amr: "pwd otp",
      }
      expect(await insertAuthCode(full, code, now)).toBe("stored")
      const stored = {
        ...full,
        dpopJkt: null,
        createdAt: now,
        startedAt: null,
        revokedAt: null,
        revokedReason: null,
        idleExpiresAt: code.expiresAt,
        expiresAt: code.expiresAt,
        refreshTokenHash: null,
        previousRefreshTokenHash: null,
        rotatedAt: null,
        rotations: 0,
      }
      expect(await findAuthCode(session.id, code.codeHash)).toEqual({
        ...code,
        sessionId: session.id,
        createdAt: now,
        session: { ...stored, user: owner.user },
      })
      expect(await findSession(session.id)).toEqual(stored)
      expect(await findSessionWithUser(session.id)).toEqual({ ...stored, user: owner.user })
    })

    test("may have no challenge and no resource", async () => {
      const { id, code } = await storeSession(owner, { codeChallenge: null })
      expect(await findAuthCode(id, code.codeHash)).toMatchObject({
        codeChallenge: null,
        session: { id, resource: [] },
      })
    })

    test("is created once for one state token, whose ID is the Session's; a second try stores nothing", async () => {
      const { id, code } = await storeSession(owner)
      const [session, second, now] = makeSession(owner)
      expect(await insertAuthCode({ ...session, id }, second, now)).toBe("exists")
      expect(await findAuthCode(id, second.codeHash)).toBeNull()
      expect(await findAuthCode(id, code.codeHash)).not.toBeNull()
    })

    test("is created once for one state token by twenty parallel calls, with one Session", async () => {
      const mine = { user: await storeUser(), client: owner.client }
      const id = generateId()
      const insert = async () => {
        const [session, code, now] = makeSession(mine)
        return (await insertAuthCode({ ...session, id }, code, now)) === "stored"
      }
      expect(await countTrue(20, insert)).toBe(1)
      expect(await listSessions({ userId: mine.user.id }, 100)).toHaveLength(1)
      expect(await (await database()).authCode.count({ where: { sessionId: id } })).toBe(1)
    })

    test("is not stored when the browser has been signed out, or the consent has ended", async () => {
      const [session, code, now] = makeSession({ user: await storeUser(), client: owner.client })
      const browserSession = await storeBrowserSession(await storeUser())
      const signedIn = { ...session, browserSession }
      expect(await insertAuthCode(signedIn, code, now, { consented: true })).toBe("refused")
      await deleteBrowserSession(browserSession, now, {})
      expect(await insertAuthCode(signedIn, code, now)).toBe("refused")
      expect(await findSession(session.id)).toBeNull()
      const { userId, clientId, scope, resource } = session
      await addConsent({ userId, clientId, scope, resource, grantedAt: now }, {})
      expect(await insertAuthCode(session, code, now, { consented: true })).toBe("stored")
    })

    test("that is stored while the browser is signed out, or the app disconnected, ends with that", async () => {
      const mine = { user: await storeUser(), client: owner.client }
      const { id: userId } = mine.user
      const { clientId } = mine.client
      for (let round = 0; round < 20; round++) {
        const browserSession = await storeBrowserSession(mine.user)
        const [session, code, now] = makeSession(mine)
        await addConsent({ userId, clientId, scope: ["openid"], resource: [], grantedAt: now }, {})
        const [outcome] = await Promise.all([
          insertAuthCode({ ...session, browserSession }, code, now, { consented: true }),
          round % 2
            ? deleteBrowserSession(browserSession, now, {})
            : disconnectApp(userId, clientId, { kind: "app_disconnected", at: now, userId, clientId }),
        ])
        const stored = await findSession(session.id)
        expect([outcome, stored?.revokedAt ?? null]).toEqual(outcome === "stored" ? ["stored", now] : ["refused", null])
      }
    })

    test("is not found by another hash or another Session", async () => {
      const [mine, other] = [await storeSession(owner), await storeSession(owner)]
      expect(await findAuthCode(mine.id, other.code.codeHash)).toBeNull()
      expect(await findAuthCode(mine.id, newHash())).toBeNull()
      expect(await findAuthCode(generateId(), newHash())).toBeNull()
      expect(await findSession(generateId())).toBeNull()
      expect(await findSessionWithUser(generateId())).toBeNull()
    })
  })

  describe("a code's redemption", () => {
    const facts = () => ({
      refreshTokenHash: newHash(),
      startedAt: inMinutes(0),
      idleExpiresAt: inMinutes(60),
      expiresAt: inMinutes(120),
    })

    test("starts the Session, stores the token state and keeps the code's row", async () => {
      const { id, code } = await storeSession(owner)
      const started = facts()
      expect(await startSession(id, started)).toBe(true)
      expect(await findSession(id)).toMatchObject(started)
      expect(await findAuthCode(id, code.codeHash)).toMatchObject({ sessionId: id, expiresAt: code.expiresAt })
    })

    test("succeeds for one of fifty parallel calls, whose refresh token is stored", async () => {
      const { id } = await storeSession(owner)
      const all = Array.from({ length: 50 }, facts)
      const results = await Promise.all(all.map((one) => startSession(id, one)))
      expect(results.filter(Boolean)).toHaveLength(1)
      expect((await findSession(id))?.refreshTokenHash).toBe(all[results.indexOf(true)]?.refreshTokenHash)
    })

    test("fails when the Session has started or is revoked, and changes nothing", async () => {
      const { id, currentHash } = await storeStartedSession(owner)
      expect(await startSession(id, facts())).toBe(false)
      expect((await findSession(id))?.refreshTokenHash).toBe(currentHash)
      const revoked = await storeSession(owner)
      await revokeSession(revoked, "revoked_by_client", new Date(), {})
      expect(await startSession(revoked.id, facts())).toBe(false)
      expect(await findSession(revoked.id)).toMatchObject({ startedAt: null, refreshTokenHash: null })
      expect(await startSession(generateId(), facts())).toBe(false)
    })

    test("needs no refresh token", async () => {
      const { id } = await storeSession(owner)
      expect(await startSession(id, { ...facts(), refreshTokenHash: null })).toBe(true)
      expect((await findSession(id))?.refreshTokenHash).toBeNull()
    })
  })

  test("Sessions are listed newest first, by User and client, up to a limit", async () => {
    const mine = { user: await storeUser(), client: await storeClient() }
    const ids: string[] = []
    for (let minute = 1; minute <= 3; minute++) {
      const [session, code] = makeSession(mine)
      await insertAuthCode(session, code, inMinutes(minute))
      ids.unshift(session.id)
    }
    const { id: elsewhere } = await storeSession({ user: mine.user, client: owner.client })
    const idsOf = async (...args: Parameters<typeof listSessions>) => (await listSessions(...args)).map(({ id }) => id)
    expect(await idsOf({ clientId: mine.client.clientId }, 10)).toEqual(ids)
    expect(await idsOf({ userId: mine.user.id }, 10)).toEqual([...ids, elsewhere])
    expect(await idsOf({ userId: mine.user.id, clientId: owner.client.clientId }, 10)).toEqual([elsewhere])
    expect(await idsOf({ clientId: mine.client.clientId }, 2)).toEqual(ids.slice(0, 2))
  })
})
