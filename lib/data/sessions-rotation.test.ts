import { beforeAll, describe, expect, test } from "vitest"
import { generateId, generateToken, hashToken } from "@/lib/protocol/random"
import { describeOnEachDatabase } from "@/lib/testing/database"
import { countTrue } from "@/lib/testing/parallel"
import { storeClient, storeSession, storeStartedSession, storeUser } from "@/lib/testing/rows"
import { inMinutes } from "@/lib/testing/times"
import type { Client } from "./clients"
import { findSession, revokeSession, revokeSessionsOfUser, rotateRefreshToken } from "./sessions"
import type { User } from "./users"

const newHash = () => hashToken(generateToken())

describeOnEachDatabase("a Session in use", () => {
  let owner: { user: User; client: Client }
  beforeAll(async () => {
    owner = { user: await storeUser(), client: await storeClient() }
  })

  describe("a refresh", () => {
    const next = () => ({ refreshTokenHash: newHash(), rotatedAt: new Date(), idleExpiresAt: inMinutes(90) })

    test("replaces the current refresh token with the next, and keeps it as the previous one", async () => {
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

    test("leaves the idle end unchanged when none is given", async () => {
      const { id, currentHash } = await storeStartedSession(owner)
      const before = await findSession(id)
      expect(await rotateRefreshToken(id, currentHash, { ...next(), idleExpiresAt: null })).toBe(true)
      expect(await findSession(id)).toMatchObject({ rotations: 1, idleExpiresAt: before?.idleExpiresAt })
    })

    test("succeeds for one of fifty parallel calls, and rotates once", async () => {
      const { id, currentHash } = await storeStartedSession(owner)
      const facts = next()
      expect(await countTrue(50, () => rotateRefreshToken(id, currentHash, facts))).toBe(1)
      expect(await findSession(id)).toMatchObject({ refreshTokenHash: facts.refreshTokenHash, rotations: 1 })
    })

    test("changes nothing with the previous token, or with one that was never issued", async () => {
      const { id, currentHash } = await storeStartedSession(owner)
      await rotateRefreshToken(id, currentHash, next())
      const before = await findSession(id)
      for (const hash of [currentHash, newHash(), ""]) expect(await rotateRefreshToken(id, hash, next())).toBe(false)
      expect(await findSession(id)).toEqual(before)
    })

    test("changes nothing when the Session is revoked or past its idle or absolute end", async () => {
      const revoked = await storeStartedSession(owner)
      const ended = [
        await storeStartedSession(owner, { idleExpiresAt: inMinutes(-1) }),
        await storeStartedSession(owner, { expiresAt: inMinutes(-1) }),
        revoked,
      ]
      await revokeSession(revoked, "revoked_by_client", new Date(), {})
      for (const { id, currentHash } of ended) {
        const before = await findSession(id)
        expect(await rotateRefreshToken(id, currentHash, next())).toBe(false)
        expect(await findSession(id)).toEqual(before)
      }
    })

    test("and a parallel revocation leave the Session revoked, in either order", async () => {
      const stored = await Promise.all(Array.from({ length: 10 }, () => storeStartedSession(owner)))
      await Promise.all(
        stored.flatMap((session, i) => {
          const both = [
            () => rotateRefreshToken(session.id, session.currentHash, next()),
            () => revokeSession(session, "revoked_by_client", new Date(), {}),
          ]
          return (i % 2 ? both : both.reverse()).map((run) => run())
        }),
      )
      for (const { id } of stored) expect((await findSession(id))?.revokedAt).toBeInstanceOf(Date)
    })
  })

  describe("a revocation", () => {
    test("ends the Session, started or not, and the first reason stays", async () => {
      const sessions = [await storeSession(owner), await storeStartedSession(owner)]
      for (const session of sessions) {
        const now = inMinutes(0)
        expect(await revokeSession(session, "code_replayed", now, {})).toBe(true)
        expect(await revokeSession(session, "revoked_by_operator", inMinutes(5), {})).toBe(false)
        expect(await findSession(session.id)).toMatchObject({ revokedAt: now, revokedReason: "code_replayed" })
      }
      const deleted = { id: generateId(), userId: owner.user.id, clientId: owner.client.clientId }
      expect(await revokeSession(deleted, "code_replayed", new Date(), {})).toBe(false)
    })

    test("succeeds for one of twenty parallel calls", async () => {
      const session = await storeStartedSession(owner)
      expect(await countTrue(20, () => revokeSession(session, "code_replayed", new Date(), {}))).toBe(1)
    })

    test("of a User ends all of their Sessions and no others", async () => {
      const [one, other] = [
        { user: await storeUser(), client: owner.client },
        { user: await storeUser(), client: owner.client },
      ]
      const mine = [await storeStartedSession(one), await storeSession(one)]
      const theirs = await storeStartedSession(other)
      expect(await revokeSessionsOfUser(one.user.id, "user_disabled", new Date(), {})).toBe(2)
      expect(await revokeSessionsOfUser(one.user.id, "password_changed", new Date(), {})).toBe(0)
      for (const { id } of mine) expect(await findSession(id)).toMatchObject({ revokedReason: "user_disabled" })
      expect(await findSession(theirs.id)).toMatchObject({ revokedAt: null, revokedReason: null })
    })
  })
})
