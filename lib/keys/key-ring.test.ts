import Database from "better-sqlite3"
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest"
import { config } from "@/lib/config"
import { closeDatabase } from "@/lib/data/database"
import { openTestDatabase, type TestDatabase, testProviders } from "@/lib/testing/database"
import { query } from "@/lib/testing/query"
import { startRelay } from "@/lib/testing/relay"
import { applySettings } from "@/lib/testing/settings"
import { findVerifiedClaims, signJwt } from "./jwt"
import { ensureSigningKeys, findVerificationKey, getActiveKey, publicKeySet } from "./signing-keys"

const accessToken = { alg: ["ES256" as const], typ: "at+jwt" as const }

/** Makes the database of lib/ stop answering. @returns what ends that */
const outages = {
  async sqlite() {
    const other = new Database(config().databaseUrl.slice("file:".length))
    other.pragma("locking_mode = EXCLUSIVE")
    other.exec(`BEGIN IMMEDIATE; UPDATE "User" SET "name" = NULL; COMMIT`)
    return async () => void other.close()
  },
  async postgres() {
    const relay = await startRelay(config().databaseUrl)
    await closeDatabase()
    applySettings({ DATABASE_URL: relay.url })
    await getActiveKey("ES256")
    relay.silence()
    return async () => {
      relay.resume()
      closings.push(relay.close)
    }
  },
}
const closings: (() => Promise<void>)[] = []

describe.each(testProviders)("signing keys while the database is away, on %s:", (provider) => {
  let opened: TestDatabase
  beforeEach(async () => {
    opened = await openTestDatabase(provider)
    await ensureSigningKeys()
  })
  afterEach(async () => {
    vi.useRealTimers()
    await closeDatabase()
    for (const close of closings.splice(0)) await close()
    await opened.drop()
  })
  const passSeconds = (seconds: number) =>
    vi.useFakeTimers({ toFake: ["Date"], now: new Date(Date.now() + seconds * 1000) })

  test("those in memory are published, sign and verify without delay; one that was withdrawn is gone when it is back", async () => {
    // SQLite's lock is had when no other connection reads.
    if (provider === "sqlite") await closeDatabase()
    const recover = await outages[provider]()
    const { kid } = await getActiveKey("ES256")
    const keys = await publicKeySet()

    for (let i = 0; i < 3; i++) {
      passSeconds(6)
      const startedAt = performance.now()
      expect(await publicKeySet()).toBe(keys)
      const jwt = await signJwt("ES256", "at+jwt", {
        iss: config().issuer,
        exp: Math.floor(Date.now() / 1000) + 60,
      })
      expect(await findVerifiedClaims(jwt, accessToken)).not.toBeNull()
      expect(performance.now() - startedAt).toBeLessThan(1_500)
    }

    await recover()
    await query(opened.url, `DELETE FROM "SigningKey" WHERE "kid" = '${kid}'`)
    const withdrawn = async () => {
      passSeconds(6)
      return findVerificationKey(kid, "ES256")
    }
    await expect.poll(withdrawn, { timeout: 10_000 }).toBeNull()
  })

  test("a process without keys in memory cannot answer", async () => {
    await closeDatabase()
    const url = provider === "sqlite" ? "file:/dev/null/nowhere.db" : "postgres://127.0.0.1:1/nowhere"
    applySettings({ DATABASE_URL: url })
    await expect(publicKeySet()).rejects.toMatchObject({ name: "DatabaseUnavailableError" })
  })
})
