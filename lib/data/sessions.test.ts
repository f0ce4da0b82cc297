import { beforeAll, describe, expect, test } from "vitest"
import { describeOnEachDatabase } from "@/e2e/fixtures/unit-database"
import {
  inMinutes,
  makeSession,
  storeClient,
  storeSession,
  storeStartedSession,
  storeUser,
} from "@/e2e/fixtures/unit-rows"
import { generateId, generateToken, hashToken } from "@/lib/protocol/random"
import type { Client } from "./clients"
import { database } from "./database"
import {
  findAuthCode,
  findSession,
  findSessionWithUser,
  insertAuthCode,
  isAlive,
  listSessions,
  revokeSession,
  revokeSessionsOfUser,
  rotateRefreshToken,
  type Session,
  startSession,
} from "./sessions"
import type { User } from "./users"

/** Calls it so many times at once, and counts how often the answer is true. */
async function countWinners(times: number, run: (i: number) => Promise<boolean>): Promise<number> {
  return (await Promise.all(Array.from({ length: times }, (_, i) => run(i)))).filter(Boolean).length
}

const newHash = () => hashToken(generateToken())

describe("a Session is alive", () => {
  const now = new Date()
  const session = {
    startedAt: now,
    revokedAt: null,
    idleExpiresAt: inMinutes(60),
    expiresAt: inMinutes(120),
  } as Session

  test("from its start until it is revoked or comes to its idle or its absolute end", () => {
    expect(isAlive(session, now)).toBe(true)
    expect(isAlive({ ...session, startedAt: null }, now)).toBe(false)
    expect(isAlive({ ...session, revokedAt: now }, now)).toBe(false)
    expect(isAlive(session, new Date(session.idleExpiresAt.getTime() - 1))).toBe(true)
    expect(isAlive(session, session.idleExpiresAt)).toBe(false)
    expect(isAlive({ ...session, idleExpiresAt: inMinutes(180) }, session.expiresAt)).toBe(false)
  })
})

describeOnEachDatabase("session data", () => {
  let owner: { user: User; client: Client }
  beforeAll(async () => {
    owner = { user: await storeUser(), client: await storeClient() }
  })

  describe("an auth code", () => {
    test("is stored with its Session, which has not started, and found with it and its User", async () => {
      const [session, code, now] = makeSession(owner)
      const full = { ...session, scope: ["openid", "email"], resource: ["https://a.example/"], nonce: "n" }
      expect(await insertAuthCode(full, code, now)).toBe(true)
      const stored = {
        ...full,
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
      expect(await findAuthCode(code.codeHash)).toEqual({
        ...code,
        sessionId: session.id,
        createdAt: now,
        session: { ...stored, user: owner.user },
      })
      expect(await findSession(session.id)).toEqual(stored)
      expect(await findSessionWithUser(session.id)).toEqual({ ...stored, user: owner.user })
    })

    test("may have no challenge and no resource", async () => {
      const { id, code } = await storeSession(owner, { codeChallenge: null, codeChallengeMethod: null })
      expect(await findAuthCode(code.codeHash)).toMatchObject({ codeChallenge: null, session: { id, resource: [] } })
    })

    test("is made once for one state token, and nothing remains of the second try", async () => {
      const stateTokenId = generateId()
      const { code } = await storeSession(owner, { stateTokenId })
      const [session, second, now] = makeSession(owner, { stateTokenId })
      expect(await insertAuthCode(session, second, now)).toBe(false)
      expect(await findAuthCode(second.codeHash)).toBeNull()
      expect(await findSession(session.id)).toBeNull()
      expect(await findAuthCode(code.codeHash)).not.toBeNull()
    })

    test("is made once for one state token by twenty at once, and one Session remains", async () => {
      const mine = { user: await storeUser(), client: owner.client }
      const stateTokenId = generateId()
      expect(await countWinners(20, () => insertAuthCode(...makeSession(mine, { stateTokenId })))).toBe(1)
      expect(await listSessions({ userId: mine.user.id }, 100)).toHaveLength(1)
      expect(await (await database()).authCode.count({ where: { stateTokenId } })).toBe(1)
    })

    test("is not found by another hash", async () => {
      expect(await findAuthCode(newHash())).toBeNull()
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
      expect(await findAuthCode(code.codeHash)).toMatchObject({ sessionId: id, expiresAt: code.expiresAt })
    })

    test("succeeds for one of fifty at once, and it is that one's refresh token which counts", async () => {
      const { id } = await storeSession(owner)
      const all = Array.from({ length: 50 }, facts)
      const results = await Promise.all(all.map((one) => startSession(id, one)))
      expect(results.filter(Boolean)).toHaveLength(1)
      expect((await findSession(id))?.refreshTokenHash).toBe(all[results.indexOf(true)]?.refreshTokenHash)
    })

    test("is refused when the Session has started or is revoked, and changes nothing", async () => {
      const { id, currentHash } = await storeStartedSession(owner)
      expect(await startSession(id, facts())).toBe(false)
      expect((await findSession(id))?.refreshTokenHash).toBe(currentHash)
      const revoked = await storeSession(owner)
      await revokeSession(revoked.id, "revoked_by_client", new Date())
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

  describe("a refresh", () => {
    const next = () => ({ refreshTokenHash: newHash(), rotatedAt: new Date(), idleExpiresAt: inMinutes(90) })

    test("puts the next refresh token in place of the current one, which it keeps as the previous", async () => {
      const { id, currentHash } = await storeStartedSession(owner)
      const [first, second] = [next(), next()]
      expect(await rotateRefreshToken(id, currentHash, first)).toBe(true)
      expect(await findSession(id)).toMatchObject({ ...first, previousRefreshTokenHash: currentHash, rotations: 1 })
      expect(await rotateRefreshToken(id, first.refreshTokenHash, second)).toBe(true)
      expect(await findSession(id)).toMatchObject({
        ...second,
        previousRefreshTokenHash: first.refreshTokenHash,
        rotations: 2,
      })
    })

    test("succeeds for one of fifty at once, and rotates once", async () => {
      const { id, currentHash } = await storeStartedSession(owner)
      const facts = next()
      expect(await countWinners(50, () => rotateRefreshToken(id, currentHash, facts))).toBe(1)
      expect(await findSession(id)).toMatchObject({ refreshTokenHash: facts.refreshTokenHash, rotations: 1 })
    })

    test("changes nothing with the previous token, or with one that was never given", async () => {
      const { id, currentHash } = await storeStartedSession(owner)
      await rotateRefreshToken(id, currentHash, next())
      const before = await findSession(id)
      for (const hash of [currentHash, newHash(), ""]) expect(await rotateRefreshToken(id, hash, next())).toBe(false)
      expect(await findSession(id)).toEqual(before)
    })

    test("changes nothing when the Session is revoked or has come to its idle or absolute end", async () => {
      const ended = [
        await storeStartedSession(owner, { idleExpiresAt: inMinutes(-1) }),
        await storeStartedSession(owner, { expiresAt: inMinutes(-1) }),
        await storeStartedSession(owner),
      ]
      await revokeSession(ended[2]?.id ?? "", "revoked_by_client", new Date())
      for (const { id, currentHash } of ended) {
        const before = await findSession(id)
        expect(await rotateRefreshToken(id, currentHash, next())).toBe(false)
        expect(await findSession(id)).toEqual(before)
      }
    })

    test("against a revocation at the same moment: whatever comes first, the Session ends revoked", async () => {
      const stored = await Promise.all(Array.from({ length: 10 }, () => storeStartedSession(owner)))
      await Promise.all(
        stored.flatMap(({ id, currentHash }, i) => {
          const both = [
            () => rotateRefreshToken(id, currentHash, next()),
            () => revokeSession(id, "revoked_by_client", new Date()),
          ]
          return (i % 2 ? both : both.reverse()).map((run) => run())
        }),
      )
      for (const { id } of stored) expect((await findSession(id))?.revokedAt).toBeInstanceOf(Date)
    })
  })

  describe("a revocation", () => {
    test("ends the Session, started or not, and the first reason stays", async () => {
      for (const { id } of [await storeSession(owner), await storeStartedSession(owner)]) {
        const now = inMinutes(0)
        expect(await revokeSession(id, "code_replayed", now)).toBe(true)
        expect(await revokeSession(id, "revoked_by_operator", inMinutes(5))).toBe(false)
        expect(await findSession(id)).toMatchObject({ revokedAt: now, revokedReason: "code_replayed" })
      }
      expect(await revokeSession(generateId(), "code_replayed", new Date())).toBe(false)
    })

    test("is done by one of twenty at once", async () => {
      const { id } = await storeStartedSession(owner)
      expect(await countWinners(20, () => revokeSession(id, "code_replayed", new Date()))).toBe(1)
    })

    test("of a User ends all of their Sessions and nobody else's", async () => {
      const [one, other] = [
        { user: await storeUser(), client: owner.client },
        { user: await storeUser(), client: owner.client },
      ]
      const mine = [await storeStartedSession(one), await storeSession(one)]
      const theirs = await storeStartedSession(other)
      expect(await revokeSessionsOfUser(one.user.id, "user_disabled", new Date())).toBe(2)
      expect(await revokeSessionsOfUser(one.user.id, "password_changed", new Date())).toBe(0)
      for (const { id } of mine) expect(await findSession(id)).toMatchObject({ revokedReason: "user_disabled" })
      expect(await findSession(theirs.id)).toMatchObject({ revokedAt: null, revokedReason: null })
    })
  })

  test("Sessions are listed newest first, by User, by client, and so many of them", async () => {
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
