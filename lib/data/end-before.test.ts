import { expect, test } from "vitest"
import { generateToken, hashToken } from "@/lib/protocol/random"
import { describeOnEachDatabase } from "@/lib/testing/database"
import { storeClient, storeStartedSession, storeUser } from "@/lib/testing/rows"
import { inMinutes } from "@/lib/testing/times"
import { byOperator, listAuditEvents } from "./audit-events"
import { findBrowserSession, insertBrowserSession } from "./browser-sessions"
import { database } from "./database"
import { deleteBrowserSessionsBefore, revokeSessionsBefore } from "./end-before"
import { findSession, revokeSession } from "./sessions"

describeOnEachDatabase("everything before a time", () => {
  test("ends in batches: Sessions, each batch with its event, and no Session that started later or has already ended", async () => {
    const owner = { user: await storeUser(), client: await storeClient() }
    const ended = await storeStartedSession(owner)
    const stored = await Promise.all(Array.from({ length: 6 }, () => storeStartedSession(owner)))
    const [later = "", ...earlier] = stored.map(({ id }) => id)
    await (await database()).session.updateMany({ where: { id: { not: later } }, data: { createdAt: inMinutes(-60) } })
    await revokeSession(ended, "revoked_by_client", inMinutes(-30), byOperator)

    expect(await revokeSessionsBefore(inMinutes(-10), inMinutes(1), byOperator, 2)).toBe(5)
    for (const id of earlier) {
      expect(await findSession(id)).toMatchObject({ revokedAt: inMinutes(1), revokedReason: "revoked_by_operator" })
    }
    expect(await findSession(later)).toMatchObject({ revokedAt: null })
    expect(await findSession(ended.id)).toMatchObject({ revokedReason: "revoked_by_client" })
    const detail = `all before ${inMinutes(-10).toISOString()}`
    const events = await listAuditEvents({ kind: "sessions_revoked" }, { limit: 10 })
    expect(events.map((event) => [event.actor, event.detail])).toEqual(Array(3).fill(["operator", detail]))
    expect(await revokeSessionsBefore(inMinutes(-10), inMinutes(2), byOperator, 2)).toBe(0)
  })

  test("ends in batches: the sign-ins of browsers", async () => {
    const { id: userId } = await storeUser()
    const signIn = async (minutes: number) => {
      const tokenHash = hashToken(generateToken())
      const authenticatedAt = inMinutes(minutes)
      await insertBrowserSession(userId, {
        tokenHash,
        authenticatedAt,
        expiresAt: inMinutes(60),
        previousTokenHash: null,
      })
      return tokenHash
    }
    const earlier = [await signIn(-60), await signIn(-60), await signIn(-60)]
    const later = await signIn(0)
    expect(await deleteBrowserSessionsBefore(inMinutes(-10), inMinutes(1), byOperator, 2)).toBe(3)
    expect(await Promise.all(earlier.map(findBrowserSession))).toEqual([null, null, null])
    expect(await findBrowserSession(later)).not.toBeNull()
    expect(await listAuditEvents({ kind: "browsers_ended" }, { limit: 10 })).toHaveLength(2)
  })
})
