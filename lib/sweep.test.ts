import { afterEach, expect, test } from "vitest"
import { config } from "@/lib/config"
import { database } from "@/lib/data/database"
import { releaseLease, takeLease } from "@/lib/data/leases"
import { findAuthCode, findSession } from "@/lib/data/sessions"
import { listSigningKeys } from "@/lib/data/signing-keys"
import { type Write, write } from "@/lib/data/statement"
import { ensureSigningKeys, rotateSigningKey } from "@/lib/keys/signing-keys"
import { describeOnEachDatabase } from "@/lib/testing/database"
import { storeClient, storeSession, storeUser } from "@/lib/testing/rows"
import { applySettings } from "@/lib/testing/settings"
import { inMinutes } from "@/lib/testing/times"
import { sweep, sweepInBackground } from "./sweep"

describeOnEachDatabase(
  "sweeping",
  () => {
    const settings = () => ({ DATABASE_URL: config().databaseUrl, LOG_LEVEL: "silent" })
    let before: Record<string, string> | undefined
    afterEach(() => {
      if (before) applySettings(before)
    })

    test("repeats batches until no expired row is left", async () => {
      const db = await database()
      const expire = inMinutes(-60).getTime()
      const insert = `INSERT INTO "sign_in_limit" ("key", "points", "expire") VALUES (?, 1, ?)`
      await write(...Array.from({ length: 1_201 }, (_, i): Write => [insert, [`key ${i}`, expire]]))
      expect(await sweep()).toMatchObject({ sessions: 0, signInLimits: 1_201, signingKeys: 0 })
      expect(await db.signInLimit.count()).toBe(0)
    })

    test("is done by one instance at a time, until its lease ends", async () => {
      const [now, later] = [new Date(), inMinutes(5)]
      expect(await takeLease("sweep", "one", now, later)).toBe(true)
      expect(await takeLease("sweep", "other", now, later)).toBe(false)
      expect(await takeLease("sweep", "one", now, later)).toBe(true)
      const expired = await storeSession(undefined, { expiresAt: inMinutes(-60) })
      await sweepInBackground()
      expect(await findSession(expired.id)).not.toBeNull()
      expect(await takeLease("sweep", "other", later, inMinutes(10))).toBe(true)
      await releaseLease("sweep", "one")
      expect(await takeLease("sweep", "one", now, later)).toBe(false)
      await releaseLease("sweep", "other")
      await sweepInBackground()
      expect(await findSession(expired.id)).toBeNull()
      expect(await takeLease("sweep", "other", new Date(), later)).toBe(true)
      await releaseLease("sweep", "other")
    })

    test("ends when the lease is lost", async () => {
      await storeSession(undefined, { expiresAt: inMinutes(-60) })
      expect((await sweep({ pauseFactor: 0, mayContinue: async () => false })).sessions).toBe(0)
      expect((await sweep()).sessions).toBe(1)
    })

    test("keeps a code while its state token is valid, so that the token creates no second code", async () => {
      const owner = { user: await storeUser(), client: await storeClient() }
      const stateTokenMinutes = config().STATE_TOKEN_SECONDS / 60
      const recent = await storeSession(owner, { expiresAt: inMinutes(30 - stateTokenMinutes) })
      const old = await storeSession(owner, { expiresAt: inMinutes(-30 - stateTokenMinutes) })
      expect((await sweep()).sessions).toBe(1)
      expect(await findAuthCode(recent.id, recent.code.codeHash)).not.toBeNull()
      expect(await findAuthCode(old.id, old.code.codeHash)).toBeNull()
    })

    test("deletes signing keys whose last signature has expired", async () => {
      await ensureSigningKeys()
      await rotateSigningKey("ES256", { activeFrom: inMinutes(-30 * 24 * 60) })
      expect((await sweep()).signingKeys).toBe(1)
      expect((await listSigningKeys()).map(({ alg, generation }) => [alg, generation])).toEqual([
        ["ES256", 2],
        ["RS256", 1],
      ])
    })

    test("in the background does not throw when the database cannot be reached: the next round tries again", async () => {
      before = settings()
      applySettings({ DATABASE_URL: "postgres://user@127.0.0.1:9/database", LOG_LEVEL: "silent" })
      await expect(sweep()).rejects.toThrow()
      await expect(sweepInBackground()).resolves.toBeUndefined()
    })
  },
  { LOG_LEVEL: "silent", STATE_TOKEN_SECONDS: "3600" },
)
