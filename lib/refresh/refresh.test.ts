import { beforeAll, expect, test } from "vitest"
import { database } from "@/lib/data/database"
import { findSession } from "@/lib/data/sessions"
import { Flow } from "@/lib/flows/flow"
import { ensureSigningKeys } from "@/lib/keys/signing-keys"
import { generateToken, hashToken } from "@/lib/protocol/random"
import { formatSessionToken } from "@/lib/protocol/session-token"
import { describeOnEachDatabase } from "@/lib/testing/database"
import { storeStartedSession } from "@/lib/testing/rows"
import { refreshTokens } from "./refresh"

const idleMinutes = 1_000

/** Refreshes a Session with these ends, in minutes from now. @returns its idle end then */
async function refreshSession(ends: { idle: number; absolute: number }): Promise<number> {
  const fromNow = (minutes: number) => new Date(Date.now() + minutes * 60_000)
  const { id, client } = await storeStartedSession(undefined, {
    idleExpiresAt: fromNow(ends.idle),
    expiresAt: fromNow(ends.absolute),
  })
  const refreshToken = formatSessionToken(id, generateToken())
  const db = await database()
  await db.session.update({ where: { id }, data: { refreshTokenHash: hashToken(refreshToken) } })
  await refreshTokens(client, { refreshToken, scope: undefined, resource: [] }, new Flow("POST", "/refresh"))
  const session = await findSession(id)
  return ((session?.idleExpiresAt.getTime() ?? 0) - Date.now()) / 60_000
}

describeOnEachDatabase(
  "the idle end, at a refresh,",
  () => {
    beforeAll(() => ensureSigningKeys())

    test("moves to the whole idle time from now when it is off by a hundredth of that", async () => {
      expect(await refreshSession({ idle: 60, absolute: 10_000 })).toBeCloseTo(idleMinutes, 0)
      expect(await refreshSession({ idle: idleMinutes - 20, absolute: 10_000 })).toBeCloseTo(idleMinutes, 0)
    })

    test("stays when it is off by less", async () => {
      expect(await refreshSession({ idle: idleMinutes - 5, absolute: 10_000 })).toBeCloseTo(idleMinutes - 5, 0)
    })

    test("comes nearer when the operator has shortened the idle time", async () => {
      expect(await refreshSession({ idle: 9_000, absolute: 10_000 })).toBeCloseTo(idleMinutes, 0)
    })

    test("reaches the absolute end, and never passes it", async () => {
      expect(await refreshSession({ idle: 5, absolute: 10 })).toBeCloseTo(10, 0)
    })
  },
  { SESSION_IDLE_SECONDS: String(idleMinutes * 60) },
)
