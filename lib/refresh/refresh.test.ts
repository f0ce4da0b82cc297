import { createHmac } from "node:crypto"
import { beforeAll, describe, expect, test } from "vitest"
import type { Client } from "@/lib/data/clients"
import { database } from "@/lib/data/database"
import { findSession, type Session } from "@/lib/data/sessions"
import { Flow } from "@/lib/flows/flow"
import { ensureSigningKeys } from "@/lib/keys/signing-keys"
import { generateToken, hashToken } from "@/lib/protocol/random"
import { deriveKey } from "@/lib/secret"
import { deriveNextRefreshToken, generateRefreshToken } from "@/lib/sessions/refresh-token"
import { describeOnEachDatabase } from "@/lib/testing/database"
import { oauthError } from "@/lib/testing/errors"
import { storeStartedSession } from "@/lib/testing/rows"
import { refreshTokens } from "./refresh"

const idleMinutes = 1_000

const fromNow = (minutes: number) => new Date(Date.now() + minutes * 60_000)

/** A Session that refreshes with this token. `facts` are what its row holds. */
async function startSession(
  facts: Partial<Pick<Session, "idleExpiresAt" | "expiresAt" | "rotations" | "rotatedAt">> = {},
  makeToken = generateRefreshToken,
) {
  const ends = { idleExpiresAt: fromNow(idleMinutes), expiresAt: fromNow(10_000) }
  const { id, client, user } = await storeStartedSession(undefined, ends)
  const refreshToken = makeToken(id)
  const db = await database()
  await db.session.update({ where: { id }, data: { ...facts, refreshTokenHash: hashToken(refreshToken) } })
  return { id, client, user, refreshToken }
}

const refresh = (client: Client, refreshToken: string) =>
  refreshTokens(client, { refreshToken, scope: undefined, resource: [] }, new Flow("POST", "/refresh"))

describeOnEachDatabase(
  "a refresh",
  () => {
    beforeAll(() => ensureSigningKeys())

    describe("moves the idle end", () => {
      /** Refreshes a Session with these ends, in minutes from now. @returns its idle end then */
      async function idleEndAfter(ends: { idle: number; absolute: number }): Promise<number> {
        const times = { idleExpiresAt: fromNow(ends.idle), expiresAt: fromNow(ends.absolute) }
        const { id, client, refreshToken } = await startSession(times)
        await refresh(client, refreshToken)
        const session = await findSession(id)
        return ((session?.idleExpiresAt.getTime() ?? 0) - Date.now()) / 60_000
      }

      test("to the whole idle time from now when it is off by a hundredth of that", async () => {
        expect(await idleEndAfter({ idle: 60, absolute: 10_000 })).toBeCloseTo(idleMinutes, 0)
        expect(await idleEndAfter({ idle: idleMinutes - 20, absolute: 10_000 })).toBeCloseTo(idleMinutes, 0)
      })

      test("not when it is off by less", async () => {
        expect(await idleEndAfter({ idle: idleMinutes - 5, absolute: 10_000 })).toBeCloseTo(idleMinutes - 5, 0)
      })

      test("nearer when the operator has shortened the idle time", async () => {
        expect(await idleEndAfter({ idle: 9_000, absolute: 10_000 })).toBeCloseTo(idleMinutes, 0)
      })

      test("to the absolute end, and never past it", async () => {
        expect(await idleEndAfter({ idle: 5, absolute: 10 })).toBeCloseTo(10, 0)
      })
    })

    test("numbers its tokens, and a retry gets the very same one", async () => {
      const { id, client, refreshToken } = await startSession({ rotations: 41 })
      const first = await refresh(client, refreshToken)
      const again = await refresh(client, refreshToken)
      expect(again.refresh_token).toBe(first.refresh_token)
      expect(first.refresh_token?.split(".").slice(0, 2)).toEqual([id, "42"])
      expect((await findSession(id))?.rotations).toBe(42)
    })

    test("by a token of more than 6,000 rotations ago is a replay, and ends the Session", async () => {
      const { id, client, refreshToken } = await startSession()
      const second = (await refresh(client, refreshToken)).refresh_token ?? ""
      await refresh(client, second)
      await (await database()).session.update({ where: { id }, data: { rotations: 6_123 } })
      await expect(refresh(client, refreshToken)).rejects.toThrow(oauthError("invalid_grant", "refresh_token_replayed"))
      expect(await findSession(id)).toMatchObject({
        revokedAt: expect.any(Date),
        revokedReason: "refresh_token_replayed",
      })
    })

    test("by a token that was never issued changes nothing, whatever the Session's age and state", async () => {
      for (const facts of [{}, { rotations: 6_123 }, { rotations: 6_123, expiresAt: fromNow(-1) }]) {
        const { id, client } = await startSession(facts)
        const before = await findSession(id)
        const tag = generateToken().slice(0, 22)
        for (const token of [
          `${id}.${generateToken()}`,
          `${id}.1.${generateToken()}.${tag}`,
          `${id}.6122.${generateToken()}.${tag}`,
        ]) {
          await expect(refresh(client, token)).rejects.toThrow(oauthError("invalid_grant", "refresh_token_unknown"))
        }
        expect(await findSession(id)).toEqual(before)
      }
    })

    test("by an old token of a Session that has ended is refused as that", async () => {
      const { id, client, refreshToken } = await startSession()
      const second = (await refresh(client, refreshToken)).refresh_token ?? ""
      await refresh(client, second)
      await (await database()).session.update({ where: { id }, data: { expiresAt: fromNow(-1) } })
      await expect(refresh(client, refreshToken)).rejects.toThrow(oauthError("invalid_grant", "session_ended"))
      expect((await findSession(id))?.revokedAt).toBeNull()
    })

    test("takes a token of version 0.1, and its retry, and answers with one of this version", async () => {
      const { id, client, refreshToken } = await startSession({ rotations: 7 }, (id) => `${id}.${generateToken()}`)
      const next = (await refresh(client, refreshToken)).refresh_token
      expect(next).toBe(deriveNextRefreshToken(refreshToken, { id, refreshTokenHash: null }, 8))
      expect((await refresh(client, refreshToken)).refresh_token).toBe(next)
      expect((await refresh(client, next ?? "")).refresh_token).toMatch(new RegExp(`^${id}\\.9\\.`))
    })

    describe("after version 0.1 has rotated a token,", () => {
      /** A Session that version 0.1 has just rotated: `refreshToken` is its previous token. */
      async function startRotated(next: (refreshToken: string, id: string) => string) {
        const started = await startSession({ rotations: 1, rotatedAt: new Date() }, (id) => `${id}.${generateToken()}`)
        const hashes = {
          previousRefreshTokenHash: hashToken(started.refreshToken),
          refreshTokenHash: hashToken(next(started.refreshToken, started.id)),
        }
        await (await database()).session.update({ where: { id: started.id }, data: hashes })
        return started
      }
      const deriveAsBefore = (refreshToken: string, id: string) =>
        `${id}.${createHmac("sha256", deriveKey("refresh-token")).update(refreshToken).digest("base64url")}`

      test("a retry of it gets the stored one, which refreshes to one of this version", async () => {
        const { id, client, refreshToken } = await startRotated(deriveAsBefore)
        const next = (await refresh(client, refreshToken)).refresh_token ?? ""
        expect(next).toBe(deriveAsBefore(refreshToken, id))
        expect((await refresh(client, next)).refresh_token).toMatch(new RegExp(`^${id}\\.2\\.`))
      })

      test("a retry whose next token is not the stored one is refused as a replay", async () => {
        const { client, refreshToken } = await startRotated((_token, id) => `${id}.${generateToken()}`)
        const refused = oauthError("invalid_grant", "refresh_token_replayed")
        await expect(refresh(client, refreshToken)).rejects.toThrow(refused)
      })
    })

    test("is refused when the User is disabled, or their credentials have changed since the sign-in", async () => {
      const db = await database()
      for (const data of [{ disabledAt: new Date() }, { signInsCountFrom: new Date(Date.now() + 1000) }]) {
        const { id, client, user, refreshToken } = await startSession()
        const before = await findSession(id)
        await db.user.update({ where: { id: user.id }, data })
        await expect(refresh(client, refreshToken)).rejects.toThrow(oauthError("invalid_grant", "user_disabled"))
        expect(await findSession(id)).toEqual(before)
      }
    })

    test("is refused in the last second of the Session: the access token would have no time left", async () => {
      // The end of this second: an access token's times are whole seconds.
      const expiresAt = new Date(Math.floor(Date.now() / 1000) * 1000 + 999)
      const { client, refreshToken } = await startSession({ expiresAt })
      await expect(refresh(client, refreshToken)).rejects.toThrow(oauthError("invalid_grant", "session_ended"))
    })
  },
  { SESSION_IDLE_SECONDS: String(idleMinutes * 60) },
)
